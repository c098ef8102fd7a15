// SPDX-License-Identifier: Apache-2.0
// A walk over protobuf's outermost fields, without recursion. No thread of its own.
#include "wire/message.hpp"

#include <array>

#include "wire/cursor.hpp"

namespace junctor::wire {
namespace {

enum WireType : uint32_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kGroup = 3, kGroupEnd = 4, kFixed32 = 5 };

// Tags and lengths are 32-bit numbers: five bytes at most.
constexpr size_t kMaxVarint32 = 5;

struct Tag {
  uint32_t number;
  uint32_t type;
};

bool read_tag(Cursor& in, Tag& tag) {
  uint64_t value = 0;
  if (!in.varint(value, kMaxVarint32)) return false;
  tag = {static_cast<uint32_t>(value) >> 3, static_cast<uint32_t>(value & 7)};
  return tag.number != 0;
}

bool read_bytes(Cursor& in, std::string_view& out) {
  uint64_t size = 0;
  return in.varint(size, kMaxVarint32) && in.take(size, out);
}

bool skip_plain(Cursor& in, uint32_t type) {
  uint64_t number = 0;
  std::string_view bytes;
  switch (type) {
    case kVarint:
      return in.varint(number);
    case kFixed64:
      return in.skip(8);
    case kBytes:
      return read_bytes(in, bytes);
    case kFixed32:
      return in.skip(4);
    default:
      return false;
  }
}

// The groups that are open are a list and not a call stack: their number is the sender's choice.
bool skip_group(Cursor& in, uint32_t number) {
  std::array<uint32_t, kMaxGroupDepth> open;
  size_t depth = 0;
  open[depth++] = number;
  Tag tag{};
  while (depth > 0) {
    if (!read_tag(in, tag)) return false;
    if (tag.type == kGroup) {
      if (depth == open.size()) return false;
      open[depth++] = tag.number;
    } else if (tag.type == kGroupEnd) {
      if (open[--depth] != tag.number) return false;
    } else if (!skip_plain(in, tag.type)) {
      return false;
    }
  }
  return true;
}

bool skip_field(Cursor& in, const Tag& tag) {
  return tag.type == kGroup ? skip_group(in, tag.number) : skip_plain(in, tag.type);
}

bool well_formed(std::string_view fields) {
  Cursor in{fields};
  Tag tag{};
  while (!in.empty()) {
    if (!read_tag(in, tag) || !skip_field(in, tag)) return false;
  }
  return true;
}

// Each part must be whole by itself, or two broken halves would make a good message.
bool join(Peeled& peeled, std::string_view more, std::string& joined) {
  const bool first_joint = peeled.inner.data() != joined.data();
  if (first_joint) {
    if (!well_formed(peeled.inner)) return false;
    joined.assign(peeled.inner);
  }
  if (!well_formed(more)) return false;
  joined.append(more);
  peeled.inner = joined;
  return true;
}

void append_varint(uint64_t value, std::string& out) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

}  // namespace

std::optional<Peeled> peel(std::string_view message, std::string& joined) {
  Cursor in{message};
  Peeled peeled;
  Tag tag{};
  while (!in.empty()) {
    if (!read_tag(in, tag)) return std::nullopt;
    if (tag.type != kBytes || !is_kind(tag.number)) {
      if (!skip_field(in, tag)) return std::nullopt;
      continue;
    }
    std::string_view inner;
    if (!read_bytes(in, inner)) return std::nullopt;
    if (tag.number != peeled.kind) {
      peeled = {tag.number, inner};
    } else if (!join(peeled, inner, joined)) {
      return std::nullopt;
    }
  }
  return peeled;
}

void wrap_header(uint32_t kind, size_t inner_size, std::string& out) {
  append_varint(uint64_t{kind} << 3 | kBytes, out);
  append_varint(inner_size, out);
}

void wrap(uint32_t kind, std::string_view inner, std::string& out) {
  wrap_header(kind, inner.size(), out);
  out.append(inner);
}

}  // namespace junctor::wire
