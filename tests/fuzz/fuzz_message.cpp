// SPDX-License-Identifier: Apache-2.0
// Peeling the union against protobuf's parse of the whole. Two differences are meant (message.hpp): what a later member
// replaces is not looked at, so the peeled one alone must be good; and depth counts from the member: one level more.
#include <google/protobuf/io/coded_stream.h>

#include <cstdlib>

#include "wire/kinds.hpp"

namespace {

bool parse_whole(std::string_view bytes, int depth, hbb::RendezvousMessage& whole) {
  google::protobuf::io::CodedInputStream in{reinterpret_cast<const uint8_t*>(bytes.data()),
                                            static_cast<int>(bytes.size())};
  in.SetRecursionLimit(depth);
  return whole.ParseFromCodedStream(&in) && in.ConsumedEntireMessage();
}

template <class T>
bool parses(std::string_view inner, std::string& ours, const T& member, std::string& theirs) {
  T message;
  const bool parsed = junctor::wire::parse_inner(inner, message);
  ours = junctor::wire::wrap_message(message);
  theirs = junctor::wire::wrap_message(member);
  return parsed;
}

bool check_member(const junctor::wire::Peeled& peeled, const hbb::RendezvousMessage& whole, std::string& ours,
                  std::string& theirs) {
  switch (peeled.kind) {
#define JUNCTOR_CASE(type, field, number) \
  case number:                            \
    return parses<hbb::type>(peeled.inner, ours, whole.field(), theirs);
    JUNCTOR_WIRE_KINDS(JUNCTOR_CASE)
#undef JUNCTOR_CASE
    default:
      return peeled.kind == 0;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  std::string joined, ours, theirs, alone;
  hbb::RendezvousMessage whole;
  const bool expected = parse_whole(bytes, junctor::wire::kMaxGroupDepth, whole);
  const auto peeled = junctor::wire::peel(bytes, joined);
  const bool accepted = peeled && check_member(*peeled, whole, ours, theirs);
  if (expected) {
    if (!accepted || whole.union_case() != static_cast<int>(peeled->kind) || ours != theirs) abort();
  } else if (accepted) {
    junctor::wire::wrap(peeled->kind, peeled->inner, alone);
    if (!parse_whole(alone, junctor::wire::kMaxGroupDepth + 1, whole)) abort();
    if (!check_member(*peeled, whole, ours, theirs) || ours != theirs) abort();
  }
  return 0;
}
