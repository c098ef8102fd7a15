// SPDX-License-Identifier: Apache-2.0
// Addresses in `bytes` fields and as text: what was accepted comes back equal by every way.
#include <cstdint>
#include <cstdlib>

#include "wire/address.hpp"

namespace {

using junctor::wire::Address;

void check_bytes(std::string_view bytes) {
  const auto address = junctor::wire::decode_address(bytes);
  if (!address) return;
  if (address->is_none() != bytes.empty()) abort();
  if (address->is_none()) return;
  if (address->port == 0) abort();
  for (const uint32_t tm : {0U, 1U, 0xFFFFU, 0x12345678U, 0xFFFFFFFFU}) {
    const std::string encoded = junctor::wire::encode_address(*address, tm);
    if (address->is_v4() && encoded.back() == 0) abort();
    if (junctor::wire::decode_address(encoded) != address) abort();
  }
  if (Address::parse(address->text()) != address) abort();
}

void check_text(std::string_view text) {
  if (const auto address = Address::parse(text)) {
    if (Address::parse(address->text()) != address) abort();
  }
  if (const auto network = junctor::wire::Network::parse(text)) {
    if (junctor::wire::Network::parse(network->text()) != network) abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  check_bytes(bytes);
  check_text(bytes);
  return 0;
}
