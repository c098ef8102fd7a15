// SPDX-License-Identifier: Apache-2.0
// Base64 by libsodium, whose coder takes the same time whatever the bytes: secrets go through it. No thread of its own.
#include "wire/base64.hpp"

#include <sodium.h>

namespace junctor::wire {
namespace {

int sodium_variant(Base64 variant) {
  return variant == Base64::kStandard ? sodium_base64_VARIANT_ORIGINAL : sodium_base64_VARIANT_URLSAFE_NO_PADDING;
}

}  // namespace

std::string encode_base64(std::string_view bytes, Base64 variant) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_variant(variant)), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                    sodium_variant(variant));
  text.pop_back();  // libsodium counts the terminating zero
  return text;
}

std::optional<std::string> decode_base64(std::string_view text, Base64 variant) {
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  size_t size = 0;
  const int failed = sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                                       text.size(), nullptr, &size, nullptr, sodium_variant(variant));
  if (failed != 0) {
    sodium_memzero(bytes.data(), bytes.size());
    return std::nullopt;
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace junctor::wire
