// SPDX-License-Identifier: Apache-2.0
// Every message kind by itself: the first byte chooses it, the rest is its body. What parses goes through wrapping,
// peeling and parsing again and comes back the same.
#include <cstdint>
#include <cstdlib>

#include "wire/kinds.hpp"

namespace {

template <class T>
void check_round(std::string_view body) {
  T message;
  if (!junctor::wire::parse_inner(body, message)) return;
  const std::string wrapped = junctor::wire::wrap_message(message);
  std::string joined;
  const auto peeled = junctor::wire::peel(wrapped, joined);
  if (!peeled || peeled->kind != junctor::wire::kKindOf<T> || !joined.empty()) abort();
  T again;
  if (!junctor::wire::parse_inner(peeled->inner, again)) abort();
  if (again.SerializeAsString() != message.SerializeAsString()) abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view body{reinterpret_cast<const char*>(data) + 1, size - 1};
  switch (data[0]) {
#define JUNCTOR_CASE(type, field, number) \
  case number:                            \
    check_round<hbb::type>(body);         \
    break;
    JUNCTOR_WIRE_KINDS(JUNCTOR_CASE)
#undef JUNCTOR_CASE
    default:
      break;
  }
  return 0;
}
