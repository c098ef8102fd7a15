// SPDX-License-Identifier: Apache-2.0
// The connection behind a side: a kernel stream, or one that another plugin has offered as a jct_relay_link. A value;
// lives on its loop.
#pragma once

#include <string_view>

#include "junctor/net.hpp"
#include "junctor/service/relay.h"

namespace junctor::relay {

class Link {
 public:
  Link(const Host& host, jct_handle stream) : host_{&host}, stream_{stream} {}
  Link(const Host& host, const jct_relay_link& table, void* self) : host_{&host}, table_{table}, self_{self} {}

  bool is_stream() const { return stream_ != 0; }
  jct_handle stream() const { return stream_; }
  const Host& host() const { return *host_; }

  /// At most JCT_RELAY_CHUNK bytes.
  jct_status send(std::string_view data) const {
    return is_stream() ? net().send(host_->raw(), stream_, bytes(data)) : table_.send(self_, bytes(data));
  }
  /// A plugin's link stops by itself where data answers JCT_E_AGAIN.
  void pause() const {
    if (is_stream()) net().pause(host_->raw(), stream_);
  }
  void resume() const {
    if (is_stream()) {
      net().resume(host_->raw(), stream_);
    } else {
      table_.resume(self_);
    }
  }
  void end() const {
    if (is_stream()) {
      net().end(host_->raw(), stream_);
    } else {
      table_.end(self_);
    }
  }
  /// `reason`: as jct_relay_link's close.
  void close(jct_status reason) const {
    if (is_stream()) {
      net().close(host_->raw(), stream_, reason == JCT_E_RESET ? 1 : 0);
    } else {
      table_.close(self_, reason);
    }
  }

 private:
  const jct_net_api& net() const { return host_->net(); }

  const Host* host_;
  jct_handle stream_ = 0;
  jct_relay_link table_{};
  void* self_ = nullptr;
};

}  // namespace junctor::relay
