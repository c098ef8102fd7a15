// SPDX-License-Identifier: Apache-2.0
// The union around every message (protocol.md 3): taken off and put on without parsing what is inside. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace junctor::wire {

/// The union's field numbers that protocol.md names, all in one run.
inline constexpr uint32_t kFirstKind = 6;
inline constexpr uint32_t kLastKind = 28;
inline constexpr bool is_kind(uint32_t number) { return number >= kFirstKind && number <= kLastKind; }

/// How deep unknown groups may nest: protobuf's own limit.
inline constexpr size_t kMaxGroupDepth = 100;

struct Peeled {
  uint32_t kind = 0;       // field number, 0: no member that we know, to be ignored
  std::string_view inner;  // the serialised member
};

/// Takes the wrapper off; nullopt where it is malformed. The last member wins, unknown fields are passed over. Nothing
/// is allocated, except where the winning member occurs more than once in a row: protobuf merges such ones, and merging
/// is joining their bytes, in `joined` (the caller's; reuse it). `inner` lies in `message` or in `joined`. `inner`
/// itself is not checked: whoever parses it does. So, unlike protobuf, a member that a later one replaces may hold
/// anything; and groups inside `inner` may nest as deep as at the top, one deeper than where protobuf parses the whole.
std::optional<Peeled> peel(std::string_view message, std::string& joined);

/// Appends the union with `inner` as its member `kind`.
void wrap(uint32_t kind, std::string_view inner, std::string& out);

/// Appends what stands before `inner_size` serialised bytes of the member `kind`.
void wrap_header(uint32_t kind, size_t inner_size, std::string& out);

}  // namespace junctor::wire
