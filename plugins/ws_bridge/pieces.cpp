// SPDX-License-Identifier: Apache-2.0
#include "pieces.hpp"

#include "junctor/result.hpp"

namespace junctor::ws_bridge {

void Pieces::clear(bool joined) {
  joined_ = joined;
  copied_.clear();
  count_ = 0;
}

void Pieces::append(std::string_view bytes) {
  if (joined_ || bytes.size() < kLong || count_ == long_.size()) {
    copied_.append(bytes);
  } else {
    long_[count_++] = {bytes, copied_.size()};
  }
}

std::span<const jct_bytes> Pieces::parts() {
  size_t used = 0;
  size_t copied = 0;
  const auto add = [&](std::string_view piece) {
    if (!piece.empty()) parts_[used++] = bytes(piece);
  };
  const std::string_view all = copied_;
  for (size_t i = 0; i < count_; ++i) {
    add(all.substr(copied, long_[i].behind - copied));
    add(long_[i].bytes);
    copied = long_[i].behind;
  }
  add(all.substr(copied));
  return std::span{parts_}.first(used);
}

}  // namespace junctor::ws_bridge
