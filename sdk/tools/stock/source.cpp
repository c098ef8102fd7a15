// SPDX-License-Identifier: Apache-2.0
#include "tools/stock/source.hpp"

#include <array>
#include <filesystem>
#include <fstream>

namespace junctor::stock {
namespace {

namespace fs = std::filesystem;

constexpr int kPatienceMs = 10'000;  // with a server that writes

/// In WAL mode (its header says so) but without a WAL: nobody has it open.
bool is_at_rest(const std::string& path) {
  std::array<char, 20> head{};
  std::ifstream file{path, std::ios::binary};
  const bool wal = file.read(head.data(), head.size()) && head[18] == 2 && head[19] == 2;
  return wal && !fs::exists(path + "-wal");
}

std::string uri_of(const std::string& path) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string uri = "file:";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '%' || c == '?' || c == '#') {
      uri += {'%', kHex[byte >> 4], kHex[byte & 15]};
    } else {
      uri += c;
    }
  }
  return uri;
}

}  // namespace

std::string source_uri(const std::string& path) {
  return uri_of(path) + (is_at_rest(path) ? "?immutable=1" : "?mode=ro");
}

SQLite::Database open_source(const std::string& path) {
  return {source_uri(path), SQLite::OPEN_READONLY | SQLite::OPEN_URI, kPatienceMs};
}

}  // namespace junctor::stock
