// SPDX-License-Identifier: Apache-2.0
// A descriptor of a plugin's on one of its loops. Owns itself while its handle is valid; the descriptor is the
// plugin's.
#pragma once

#include "api/host.hpp"
#include "junctor/fd.h"
#include "loop/event_loop.hpp"

namespace junctor::api {

struct WatchObject final : loop::FdHandler {
  WatchObject(Host& the_host, uint32_t the_loop, int the_fd, uint32_t what, jct_fd_fn the_fn, void* the_self)
      : host{the_host}, loop{the_loop}, fd{the_fd}, fn{the_fn}, self{the_self}, wanted{what} {}

  /// 0, or errno.
  int begin();
  void want(uint32_t now);
  /// No more events; the handle stays.
  void disarm();
  void on_fd(uint32_t events) override;
  /// The handle is stale afterwards and the object gone, after the callback that may be running.
  void end();

  Host& host;
  const uint32_t loop;
  const int fd;
  const jct_fd_fn fn;
  void* const self;
  uint32_t wanted;
  jct_handle handle = 0;
  bool watched = false;
  bool calling = false;
  bool ended = false;
};

}  // namespace junctor::api
