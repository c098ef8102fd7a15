// SPDX-License-Identifier: Apache-2.0
// Reads protocol-vectors.json from the source tree. Tests only.
#include "wire/testdata/vectors.hpp"

#include <Poco/JSON/Parser.h>

#include <fstream>

namespace junctor::wire::vectors {

Poco::JSON::Object::Ptr load() {
  std::ifstream file;
  file.exceptions(std::ios::badbit | std::ios::failbit);
  file.open(JUNCTOR_VECTORS);
  file.exceptions(std::ios::badbit);
  Poco::JSON::Parser parser;
  return parser.parse(file).extract<Poco::JSON::Object::Ptr>();
}

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string{hex.substr(i, 2)}, nullptr, 16)));
  }
  return bytes;
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const char byte : bytes) {
    hex.push_back(kDigits[static_cast<uint8_t>(byte) >> 4]);
    hex.push_back(kDigits[static_cast<uint8_t>(byte) & 15]);
  }
  return hex;
}

}  // namespace junctor::wire::vectors
