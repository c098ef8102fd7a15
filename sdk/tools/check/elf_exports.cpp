// SPDX-License-Identifier: Apache-2.0
#include "tools/check/elf_exports.hpp"

#include <elf.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace junctor::tools {
namespace {

/// The only place that looks into the bytes: nothing is read that is not there.
class Reader {
 public:
  explicit Reader(const std::vector<uint8_t>& bytes) : bytes_{bytes} {}

  template <class T>
  bool read(uint64_t at, T* out) const {
    if (at > bytes_.size() || bytes_.size() - at < sizeof(T)) return false;
    std::memcpy(out, &bytes_[at], sizeof(T));
    return true;
  }

  /// The terminated text at `at`, if its end lies before `limit`.
  std::optional<std::string> text(uint64_t at, uint64_t limit) const {
    std::string out;
    for (uint8_t byte = 0; at < limit && read(at, &byte); ++at) {
      if (byte == 0) return out;
      out += static_cast<char>(byte);
    }
    return std::nullopt;
  }

 private:
  const std::vector<uint8_t>& bytes_;
};

bool is_native(const Elf64_Ehdr& head) {
  const unsigned char order = std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;
  return std::memcmp(head.e_ident, ELFMAG, SELFMAG) == 0 && head.e_ident[EI_CLASS] == ELFCLASS64 &&
         head.e_ident[EI_DATA] == order && head.e_shentsize == sizeof(Elf64_Shdr);
}

bool is_export(const Elf64_Sym& symbol) {
  const unsigned char binding = ELF64_ST_BIND(symbol.st_info);
  const unsigned char visibility = ELF64_ST_VISIBILITY(symbol.st_other);
  return symbol.st_shndx != SHN_UNDEF && (binding == STB_GLOBAL || binding == STB_WEAK || binding == STB_GNU_UNIQUE) &&
         (visibility == STV_DEFAULT || visibility == STV_PROTECTED);
}

bool section_at(const Reader& file, const Elf64_Ehdr& head, uint64_t index, Elf64_Shdr* out) {
  return index < head.e_shnum && head.e_shoff <= UINT64_MAX / 2 && file.read(head.e_shoff + index * sizeof *out, out);
}

bool add_exports(const Reader& file, const Elf64_Shdr& symbols, const Elf64_Shdr& names,
                 std::vector<std::string>* out) {
  if (names.sh_offset > UINT64_MAX - names.sh_size || symbols.sh_offset > UINT64_MAX - symbols.sh_size) return false;
  const uint64_t limit = names.sh_offset + names.sh_size;
  for (uint64_t at = 0; at + sizeof(Elf64_Sym) <= symbols.sh_size; at += sizeof(Elf64_Sym)) {
    Elf64_Sym symbol{};
    if (!file.read(symbols.sh_offset + at, &symbol)) return false;
    if (!is_export(symbol)) continue;
    const auto name = file.text(names.sh_offset + symbol.st_name, limit);
    if (!name) return false;
    out->push_back(*name);
  }
  return true;
}

}  // namespace

std::optional<std::vector<std::string>> elf_exports(const std::vector<uint8_t>& bytes, std::string* why) {
  const Reader file{bytes};
  Elf64_Ehdr head{};
  if (!file.read(0, &head) || !is_native(head)) {
    *why = "not a 64-bit ELF file of this machine";
    return std::nullopt;
  }
  std::vector<std::string> names;
  for (uint64_t i = 0; i < head.e_shnum; ++i) {
    Elf64_Shdr section{};
    if (!section_at(file, head, i, &section)) break;
    if (section.sh_type != SHT_DYNSYM) continue;
    Elf64_Shdr strings{};
    if (!section_at(file, head, section.sh_link, &strings) || !add_exports(file, section, strings, &names)) break;
    std::sort(names.begin(), names.end());
    return names;
  }
  *why = "no whole table of dynamic symbols in the file";
  return std::nullopt;
}

}  // namespace junctor::tools
