// SPDX-License-Identifier: Apache-2.0
// The fake host's junctor.fd/1. Watched descriptors are real ones or any numbers: ready() says that one is, poll() asks
// the system. An adopted socket is closed, and its stream is played by the test.
#pragma once

#include <poll.h>
#include <unistd.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "../fd.h"
#include "fake_loops.hpp"
#include "fake_net.hpp"

namespace junctor::testing {

class FakeFds {
 public:
  FakeFds(FakeLoops& loops, FakeNet& net) : loops_{loops}, net_{net} {}

  bool ready(int fd, uint32_t what) {
    for (const auto& [handle, watch] : watches_) {
      if (watch.fd != fd || ((watch.wanted | JCT_FD_ERROR) & what) == 0 || !loops_.is_open()) continue;
      call(handle, watch, (watch.wanted | JCT_FD_ERROR) & what);
      return true;
    }
    return false;
  }

  void poll() {
    std::vector<pollfd> asked;
    for (const auto& [handle, watch] : watches_) {
      const auto events = static_cast<short>(((watch.wanted & JCT_FD_READ) != 0 ? POLLIN : 0) |
                                             ((watch.wanted & JCT_FD_WRITE) != 0 ? POLLOUT : 0));
      asked.push_back({watch.fd, events, 0});
    }
    if (::poll(asked.data(), asked.size(), 0) <= 0) return;
    for (const pollfd& one : asked) {
      const uint32_t what = ((one.revents & (POLLIN | POLLHUP)) != 0 ? JCT_FD_READ : 0U) |
                            ((one.revents & POLLOUT) != 0 ? JCT_FD_WRITE : 0U) |
                            ((one.revents & (POLLERR | POLLHUP)) != 0 ? JCT_FD_ERROR : 0U);
      if (what != 0) ready(one.fd, what);
    }
  }

  size_t watches() const { return watches_.size(); }

  static const jct_fd_api* table() {
    static constexpr jct_fd_api kTable{
        sizeof(jct_fd_api),
        0,
        [](const jct_host* h, int32_t fd, uint32_t wanted, jct_fd_fn fn, void* self, jct_handle* out) {
          return of(h).watch(fd, wanted, fn, self, out);
        },
        [](const jct_host* h, jct_handle watch, uint32_t wanted) { return of(h).want(watch, wanted); },
        [](const jct_host* h, jct_handle watch) { return of(h).unwatch(watch); },
        [](const jct_host* h, int32_t fd, const jct_stream_events* events, void* self, jct_handle* out) {
          return of(h).adopt(fd, events, self, out);
        }};
    return &kTable;
  }

 private:
  struct Watched {
    int fd;
    uint32_t loop;
    uint32_t wanted;
    jct_fd_fn fn;
    void* self;
  };

  static FakeFds& of(const jct_host* host) { return *HostRecord::of(host).fds; }

  /// By value: the callback may end its own watch.
  void call(jct_handle handle, Watched watch, uint32_t what) {
    loops_.queue(watch.loop, [this, handle, watch, what] {
      if (watches_.count(handle) == 0 || watch.fn(watch.self, handle, what) >= 0) return;
      loops_.fault("a watch's callback failed");
      watches_.erase(handle);
    });
  }

  jct_status watch(int fd, uint32_t wanted, jct_fd_fn fn, void* self, jct_handle* out) {
    if (const jct_status status = loops_.need_loop("watch"); status != JCT_OK) return status;
    if (fd < 0 || fn == nullptr || out == nullptr) return JCT_E_ARG;
    if (!loops_.is_open()) return JCT_E_STATE;
    for (const auto& [handle, one] : watches_) {
      if (one.fd == fd) return JCT_E_EXISTS;
    }
    const uint32_t loop = loops_.where() == Where::kLoop ? loops_.current() : loops_.home();
    *out = ++last_;
    watches_[*out] = {fd, loop, wanted, fn, self};
    return JCT_OK;
  }
  jct_status want(jct_handle handle, uint32_t wanted) {
    if (const jct_status status = of_caller("want", handle); status != JCT_OK) return status;
    watches_[handle].wanted = wanted;
    return JCT_OK;
  }
  jct_status unwatch(jct_handle handle) {
    if (const jct_status status = of_caller("unwatch", handle); status != JCT_OK) return status;
    watches_.erase(handle);
    return JCT_OK;
  }
  jct_status of_caller(const char* function, jct_handle handle) {
    if (const jct_status status = loops_.need_loop(function); status != JCT_OK) return status;
    const auto at = watches_.find(handle);
    return at == watches_.end() ? JCT_E_CLOSED : loops_.need_loop(function, at->second.loop);
  }
  jct_status adopt(int fd, const jct_stream_events* events, void* self, jct_handle* out) {
    if (loops_.current() == JCT_NO_LOOP) return loops_.breach("adopt called outside a loop");
    if (!loops_.is_open()) return JCT_E_STATE;
    const jct_status status = net_.adopt(events, self, out);
    if (status == JCT_OK) ::close(fd);
    return status;
  }

  FakeLoops& loops_;
  FakeNet& net_;
  std::map<jct_handle, Watched> watches_;
  jct_handle last_ = 900'000;
};

}  // namespace junctor::testing
