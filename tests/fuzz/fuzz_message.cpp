// SPDX-License-Identifier: Apache-2.0
// Peeling the union against protobuf's parse of the whole. Three differences are meant (message.hpp, bounds.hpp): what
// a later member replaces is not looked at, so the peeled one alone must be good; depth counts from the member: one
// level more; and a field that is longer than its meaning allows is refused.
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

/// The member as we read it, and as protobuf has read it.
struct Member {
  bool accepted = false;
  bool within_bounds = false;  // protobuf's is
  std::string ours, theirs;
};

template <class T>
Member compare(std::string_view inner, const T& theirs) {
  T ours;
  const bool accepted = junctor::wire::parse_inner(inner, ours);
  return {accepted, inner.size() <= junctor::wire::kMostInner<T> && junctor::wire::within_bounds(theirs),
          junctor::wire::wrap_message(ours), junctor::wire::wrap_message(theirs)};
}

Member compare(const junctor::wire::Peeled& peeled, const hbb::RendezvousMessage& whole) {
  switch (peeled.kind) {
#define JUNCTOR_CASE(type, field, number) \
  case number:                            \
    return compare<hbb::type>(peeled.inner, whole.field());
    JUNCTOR_WIRE_KINDS(JUNCTOR_CASE)
#undef JUNCTOR_CASE
    default:
      return {peeled.kind == 0, true, {}, {}};
  }
}

void must(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  std::string joined, alone;
  hbb::RendezvousMessage whole;
  const bool expected = parse_whole(bytes, junctor::wire::kMaxGroupDepth, whole);
  const auto peeled = junctor::wire::peel(bytes, joined);
  must(peeled || !expected);
  if (!peeled) return 0;
  Member member = compare(*peeled, whole);
  if (expected) {
    must(whole.union_case() == static_cast<int>(peeled->kind) && member.accepted == member.within_bounds);
  } else if (member.accepted) {
    junctor::wire::wrap(peeled->kind, peeled->inner, alone);
    must(parse_whole(alone, junctor::wire::kMaxGroupDepth + 1, whole));
    member = compare(*peeled, whole);
  }
  must(!member.accepted || member.ours == member.theirs);
  return 0;
}
