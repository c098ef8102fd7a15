// SPDX-License-Identifier: Apache-2.0
// The plugin's side of the fake connections: what the kernel calls on a stream, and what a stream can be asked to do.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fake_bridges.hpp"
#include "fake_loops.hpp"
#include "fake_stream.hpp"
#include "fake_values.hpp"

namespace junctor::testing {

class FakeStreams {
 public:
  FakeStreams(FakeLoops& loops, FakeBridges& bridges) : loops_{loops}, bridges_{bridges} {}

  StreamRef make(jct_handle handle, uint32_t loop) {
    auto stream = std::make_shared<StreamState>();
    stream->handle = handle;
    stream->loop = loop;
    stream->info.size = sizeof stream->info;
    stream->info.loop = loop;
    stream->heard = loops_.now();
    streams_[handle] = stream;
    return stream;
  }
  FakeStream wrap(const StreamRef& stream) {
    return FakeStream{stream, [this](const StreamRef& s) { wake(s); }};
  }

  // ---- what the kernel does on a stream's loop ----
  void wake(const StreamRef& stream) {
    if (stream->bridge) return bridges_.wake(stream->bridge);
    loops_.queue(stream->loop, [this, stream] { pump(stream); });
  }

  /// Closes from the kernel's side; the plugin hears of it last.
  void finish(const StreamRef& stream, jct_status reason) {
    if (stream->closed) return;
    stream->closed = reason;
    streams_.erase(stream->handle);
    if (!stream->moving) tell_closed(stream);
  }

  /// The instance stops: all that are open end, those that are on their way included.
  void close_all() {
    for (const auto& [handle, stream] : std::exchange(streams_, {})) {
      if (std::exchange(stream->moving, false)) stream->loop = stream->moving_to;
      finish(stream, JCT_E_CLOSED);
    }
  }

  /// An open stream of the caller's loop.
  jct_status find(const char* function, jct_handle handle, StreamRef* out) {
    if (const jct_status status = loops_.need_loop(function); status != JCT_OK) return status;
    const auto at = streams_.find(handle);
    if (at == streams_.end()) return JCT_E_CLOSED;
    if (at->second->moving) return JCT_E_STATE;
    *out = at->second;
    return loops_.need_loop(function, at->second->loop);
  }
  /// Its handle is dead from now on; the bridge has it.
  void give_to_bridge(const StreamRef& stream) { streams_.erase(stream->handle); }

  // ---- what a plugin may ask of a stream ----
  jct_status attach(jct_handle handle, const jct_stream_events* events, void* self) {
    StreamRef stream;
    const jct_status status = find("attach", handle, &stream);
    if (status != JCT_OK) return status;
    if (events == nullptr || events->on_data == nullptr || events->on_close == nullptr) return JCT_E_ARG;
    stream->events = events;
    stream->self = self;
    stream->fresh = !stream->unread.empty();
    stream->end_told = false;
    wake(stream);
    return JCT_OK;
  }
  jct_status send(jct_handle handle, jct_bytes data) {
    StreamRef stream;
    const jct_status status = find("send", handle, &stream);
    if (status != JCT_OK) return status;
    if (stream->server_ended) return JCT_E_STATE;
    if (!stream->stalled) {
      stream->sent += view(data);
      return JCT_OK;
    }
    if (stream->queued.size() + data.size > stream->high_mark) {
      stream->again = true;
      return JCT_E_AGAIN;
    }
    stream->queued += view(data);
    return JCT_OK;
  }
  jct_status set_paused(const char* function, jct_handle handle, bool paused) {
    StreamRef stream;
    const jct_status status = find(function, handle, &stream);
    if (status != JCT_OK) return status;
    stream->paused = paused;
    if (!paused) stream->fresh = !stream->unread.empty();
    wake(stream);
    return JCT_OK;
  }
  jct_status end(jct_handle handle) {
    StreamRef stream;
    const jct_status status = find("end", handle, &stream);
    if (status != JCT_OK) return status;
    stream->server_ended = true;
    if (stream->end_told) finish(stream, JCT_OK);
    return JCT_OK;
  }
  jct_status close(jct_handle handle, uint32_t abort) {
    StreamRef stream;
    const jct_status status = find("close", handle, &stream);
    if (status != JCT_OK) return status;
    stream->aborted = abort != 0;
    finish(stream, JCT_OK);
    return JCT_OK;
  }
  jct_status set_idle_timeout(jct_handle handle, uint64_t timeout) {
    StreamRef stream;
    const jct_status status = find("set_idle_timeout", handle, &stream);
    if (status != JCT_OK) return status;
    stream->idle_timeout = timeout;
    stream->heard = loops_.now();
    if (timeout != 0) watch_idle(stream);
    return JCT_OK;
  }
  jct_status info(jct_handle handle, jct_conn_info* out) {
    StreamRef stream;
    const jct_status status = find("info", handle, &stream);
    if (status != JCT_OK) return status;
    const uint32_t size = out->size < sizeof *out ? out->size : static_cast<uint32_t>(sizeof *out);
    __builtin_memcpy(out, &stream->info, size);
    out->size = size;
    return JCT_OK;
  }
  jct_status migrate(jct_handle handle, uint32_t loop, jct_task arrived) {
    auto task = std::make_shared<OwnedTask>(arrived);
    StreamRef stream;
    const jct_status status = find("migrate", handle, &stream);
    if (status != JCT_OK) return status;
    if (loop >= loops_.count()) return JCT_E_ARG;
    stream->moving = true;
    stream->moving_to = loop;
    loops_.queue(loop, [this, stream, loop, task] {
      const bool ended_on_the_way = stream->closed.has_value();
      stream->moving = false;
      stream->loop = stream->info.loop = loop;
      task->run();
      if (ended_on_the_way) return tell_closed(stream);
      if (!stream->closed) wake(stream);
    });
    return JCT_OK;
  }

 private:
  void pump(const StreamRef& stream) {
    if (stream->closed || stream->moving || stream->events == nullptr) return;
    if (stream->bridge || stream->loop != loops_.current()) return wake(stream);
    if (std::exchange(stream->writable_due, false) && stream->events->on_writable != nullptr) {
      if (!survives(stream, stream->events->on_writable(stream->self, stream->handle))) return;
    }
    if (stream->unread.empty()) stream->fresh = false;
    if (stream->fresh && !stream->paused && !give_data(stream)) return;
    if (stream->peer_reset) return finish(stream, JCT_E_RESET);
    if (stream->peer_ended && !stream->fresh && !stream->end_told) give_end(stream);
  }

  /// False where the stream is out of our hands afterwards.
  bool give_data(const StreamRef& stream) {
    stream->fresh = false;
    stream->heard = loops_.now();
    const std::string data = stream->unread;
    uint64_t consumed = 0;
    const jct_status status = stream->events->on_data(stream->self, stream->handle, bytes(data), &consumed);
    if (consumed > data.size()) {
      loops_.breach("on_data consumed more than it was given");
      consumed = data.size();
    }
    stream->unread.erase(0, consumed);
    if (!survives(stream, status)) return false;
    if (consumed == 0 && stream->unread.size() >= stream->receive_buffer && !stream->paused) {
      finish(stream, JCT_E_LIMIT);
      return false;
    }
    return true;
  }

  void give_end(const StreamRef& stream) {
    stream->end_told = true;
    if (stream->events->on_end == nullptr) return finish(stream, JCT_OK);
    if (survives(stream, stream->events->on_end(stream->self, stream->handle)) && stream->server_ended) {
      finish(stream, JCT_OK);
    }
  }

  bool survives(const StreamRef& stream, jct_status status) {
    if (status < 0) {
      loops_.fault("a stream's callback answered " + std::string{status_text(status)});
      finish(stream, status);
    }
    return !stream->closed && !stream->moving && !stream->bridge;
  }

  void tell_closed(const StreamRef& stream) {
    if (stream->events == nullptr) return;
    loops_.queue_last(stream->loop,
                      [stream] { stream->events->on_close(stream->self, stream->handle, *stream->closed); });
  }

  void watch_idle(const StreamRef& stream) {
    loops_.at(stream->loop, stream->heard + stream->idle_timeout, [this, stream] {
      if (stream->closed || stream->bridge || stream->idle_timeout == 0) return;
      if (loops_.now() - stream->heard >= stream->idle_timeout) return finish(stream, JCT_E_TIMEOUT);
      watch_idle(stream);
    });
  }

  FakeLoops& loops_;
  FakeBridges& bridges_;
  std::map<jct_handle, StreamRef> streams_;
};

}  // namespace junctor::testing
