// SPDX-License-Identifier: Apache-2.0
// Which symbols a shared object gives to others, read from its file without loading it. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace junctor::tools {

/// Names of the defined global and weak symbols of .dynsym, sorted, as `nm -D --defined-only` has them. Nothing and
/// `*why` where `bytes` are no 64-bit ELF file of this machine's byte order, or a damaged one.
std::optional<std::vector<std::string>> elf_exports(const std::vector<uint8_t>& bytes, std::string* why);

}  // namespace junctor::tools
