// SPDX-License-Identifier: Apache-2.0
// junctor.fd/1: descriptors that plugins have from elsewhere.
#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <utility>

#include "api/net_objects.hpp"
#include "api/tables.hpp"
#include "api/watch_object.hpp"

namespace junctor::api {
namespace {

constexpr uint32_t kKnown = JCT_FD_READ | JCT_FD_WRITE | JCT_FD_ERROR;

uint32_t epoll_of(uint32_t wanted) {
  return ((wanted & JCT_FD_READ) != 0 ? EPOLLIN | EPOLLRDHUP : 0U) | ((wanted & JCT_FD_WRITE) != 0 ? EPOLLOUT : 0U);
}

uint32_t ready_of(uint32_t events) {
  return ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP)) != 0 ? JCT_FD_READ : 0U) |
         ((events & EPOLLOUT) != 0 ? JCT_FD_WRITE : 0U) | ((events & (EPOLLERR | EPOLLHUP)) != 0 ? JCT_FD_ERROR : 0U);
}

jct_status status_of(int error) {
  switch (error) {
    case 0:
      return JCT_OK;
    case EEXIST:
      return JCT_E_EXISTS;
    case EPERM:
      return JCT_E_UNSUPPORTED;
    case EBADF:
      return JCT_E_ARG;
    default:
      return JCT_E_LIMIT;
  }
}

}  // namespace

int WatchObject::begin() {
  const int error = host.kernel().loops.at(loop).watch(fd, epoll_of(wanted), this);
  watched = error == 0;
  return error;
}

void WatchObject::want(uint32_t now) {
  wanted = now;
  if (watched) host.kernel().loops.at(loop).modify(fd, epoll_of(wanted), this);
}

void WatchObject::disarm() {
  if (std::exchange(watched, false)) host.kernel().loops.at(loop).unwatch(fd, this);
}

void WatchObject::on_fd(uint32_t events) {
  const loop::BusyLabel busy{host.kernel().loops.at(loop), host.label()};
  calling = true;
  const jct_status status = fn(self, handle, ready_of(events));
  calling = false;
  if (status < 0) host.blame("plugin.watch_failed", "status", std::to_string(status));
  if (ended) {
    delete this;
  } else if (status < 0) {
    end();
  }
}

void WatchObject::end() {
  host.kernel().watches.remove(handle);
  disarm();
  ended = true;
  if (!calling) delete this;
}

namespace {

jct_status watch(const jct_host* raw, int32_t fd, uint32_t wanted, jct_fd_fn fn, void* self, jct_handle* out) {
  Host& host = Host::of(raw);
  if (fd < 0 || fn == nullptr || out == nullptr || (wanted & ~kKnown) != 0) return JCT_E_ARG;
  if (host.phase() == Phase::kQuiet) return JCT_E_STATE;
  const uint32_t here = current_loop();
  if (here == JCT_NO_LOOP && !host.carries_over()) return host.wrong_thread("watch");
  const uint32_t loop = here == JCT_NO_LOOP ? host.home() : here;
  auto made = std::make_unique<WatchObject>(host, loop, fd, wanted, fn, self);
  made->handle = host.kernel().watches.add(made.get(), loop);
  if (made->handle == 0) return JCT_E_LIMIT;
  if (here == JCT_NO_LOOP) {
    host.arm_later([&host, handle = made->handle, loop] {
      host.kernel().loops.at(loop).post([&host, handle] {
        uint32_t at = 0;
        WatchObject* armed = host.kernel().watches.find(handle, &at);
        if (armed == nullptr || host.phase() == Phase::kQuiet) return;
        if (const int error = armed->begin(); error != 0) {
          host.blame("plugin.watch_failed", "reason", net::error_text(error));
        }
      });
    });
  } else if (const int error = made->begin(); error != 0) {
    host.kernel().watches.remove(made->handle);
    return status_of(error);
  }
  *out = made.release()->handle;
  return JCT_OK;
}

jct_status want(const jct_host* raw, jct_handle handle, uint32_t wanted) {
  if ((wanted & ~kKnown) != 0) return JCT_E_ARG;
  Host& host = Host::of(raw);
  return on_object(host, host.kernel().watches, handle, "want", [wanted](WatchObject& object) {
    object.want(wanted);
    return JCT_OK;
  });
}

jct_status unwatch(const jct_host* raw, jct_handle handle) {
  Host& host = Host::of(raw);
  return on_object(host, host.kernel().watches, handle, "unwatch", [](WatchObject& object) {
    object.end();
    return JCT_OK;
  });
}

int int_option(int fd, int option) {
  int value = -1;
  socklen_t size = sizeof value;
  return ::getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

bool is_connected_stream(int fd) {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  return int_option(fd, SO_TYPE) == SOCK_STREAM && int_option(fd, SO_ACCEPTCONN) == 0 &&
         ::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0;
}

jct_status adopt(const jct_host* raw, int32_t fd, const jct_stream_events* events, void* self, jct_handle* out) {
  Host& host = Host::of(raw);
  if (!usable(events) || out == nullptr || !is_connected_stream(fd)) return JCT_E_ARG;
  if (host.phase() == Phase::kQuiet) return JCT_E_STATE;
  if (current_loop() == JCT_NO_LOOP) return host.wrong_thread("adopt");
  if (host.kernel().full()) return JCT_E_LIMIT;
  if (!net::make_stream_socket(fd, {})) return JCT_E_IO;
  auto object = std::make_unique<StreamObject>(host.kernel());
  object->host = &host;
  object->events = copy_record(events);
  object->self = self;
  object->handle = host.kernel().streams.add(object.get(), current_loop());
  if (object->handle == 0) return JCT_E_LIMIT;
  net::NetLoop& here = *host.kernel().net[current_loop()];
  StreamObject* made = object.release();
  made->stream = net::Stream::adopt(here, net::Fd{fd}, net::peer_address(fd), {});
  made->stream->user = made->handle;
  made->stream->attach(*made);
  *out = made->handle;
  return JCT_OK;
}

}  // namespace

const jct_fd_api& fd_api() {
  static constexpr jct_fd_api kApi{sizeof(jct_fd_api), 0, watch, want, unwatch, adopt};
  return kApi;
}

}  // namespace junctor::api
