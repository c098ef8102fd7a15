// SPDX-License-Identifier: Apache-2.0
// The fake host's network, junctor.net/1 without a port: listeners, datagrams, and the doors to streams and bridges.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "fake_bridges.hpp"
#include "fake_config.hpp"
#include "fake_loops.hpp"
#include "fake_stream.hpp"
#include "fake_streams.hpp"

namespace junctor::testing {

/// How a client arrives.
struct Arrival {
  std::string peer = "198.51.100.1:50001";
  uint32_t loop = JCT_NO_LOOP;  ///< JCT_NO_LOOP: the home loop
  uint32_t flags = 0;           ///< JCT_CONN_*
};

struct SentDatagram {
  std::string peer;
  std::string local;
  std::string data;
};

class FakeNet {
 public:
  explicit FakeNet(FakeLoops& loops) : loops_{loops}, bridges_{loops}, streams_{loops, bridges_} {}

  /// What LISTENER options say, from create on.
  void use(const FakeConfig* config, bool parallel) {
    config_ = config;
    parallel_ = parallel;
  }

  /// A client connects to a LISTENER option; closed at once (JCT_E_CLOSED) where nobody listens on that loop.
  FakeStream connect(const std::string& option, const Arrival& how) {
    const StreamRef stream = streams_.make(++last_, loop_of(how));
    stream->info.flags = how.flags;
    stream->info.peer = address(how.peer);
    Group* group = open_group(option);
    if (group == nullptr || group->accepts == nullptr || (!parallel_ && stream->loop != loops_.home())) {
      streams_.finish(stream, JCT_E_CLOSED);
    } else {
      stream->info.local = group->addresses.front();
      loops_.queue(stream->loop, [this, stream, handle = group->handle] { accept(stream, handle); });
    }
    return streams_.wrap(stream);
  }

  /// A connection that came by no listener of the plugin's: another service hands it over.
  FakeStream stand_alone(const Arrival& how) {
    const StreamRef stream = streams_.make(++last_, loop_of(how));
    stream->info.flags = how.flags;
    stream->info.peer = address(how.peer);
    return streams_.wrap(stream);
  }

  /// A connected socket that the plugin has made itself: the test plays its other end.
  jct_status adopt(const jct_stream_events* events, void* self, jct_handle* out) {
    if (events == nullptr || events->on_close == nullptr || out == nullptr) return JCT_E_ARG;
    const StreamRef stream = streams_.make(++last_, loops_.current());
    stream->events = events;
    stream->self = self;
    adopted_.push_back(streams_.wrap(stream));
    *out = stream->handle;
    return JCT_OK;
  }
  const std::vector<FakeStream>& adopted() const { return adopted_; }

  /// A datagram arrives; those that arrive before the host runs make one batch a loop.
  void deliver_datagram(const std::string& option, const Arrival& how, std::string data) {
    Group* group = open_group(option);
    if (group == nullptr || group->datagrams == nullptr) return;
    const std::pair key{group->handle, loop_of(how)};
    auto& waiting = arrived_[key];
    if (waiting.empty()) loops_.queue(key.second, [this, key] { receive(key); });
    waiting.push_back({address(how.peer), group->addresses.front(), std::move(data)});
  }
  const std::vector<SentDatagram>& sent_datagrams() const { return sent_; }
  std::vector<SentDatagram> take_sent_datagrams() { return std::exchange(sent_, {}); }

  /// Connections that the plugin has opened, in order: accept or reset answers them.
  const std::vector<FakeStream>& dials() const { return dials_; }
  const FakeBridges& bridges() const { return bridges_; }
  void fail_next_bridge(jct_status status) { bridges_.fail_next(status); }
  bool listens(const std::string& option) { return open_group(option) != nullptr; }

  /// Whoever arrives from now on comes to a successor; datagrams may be sent still.
  void hand_over() {
    for (auto& [handle, group] : groups_) group.handed_over = true;
  }

  /// The instance stops: every connection and bridge ends, each with its last call.
  void close_all() {
    streams_.close_all();
    bridges_.close_all();
  }
  /// Listeners that the plugin has not closed.
  std::vector<std::string> leftovers() const {
    std::vector<std::string> all;
    for (const auto& [handle, group] : groups_) {
      if (group.open) all.push_back("listener " + group.option);
    }
    return all;
  }

  /// How many datagrams may have been sent before udp_send answers JCT_E_AGAIN; take_sent_datagrams makes room.
  size_t datagram_capacity = SIZE_MAX;

  static const jct_net_api* table() {
    static constexpr jct_net_api kTable{
        sizeof(jct_net_api),
        0,
        [](const jct_host* h, const char* option, const jct_listen_events* events, void* self, jct_handle* out) {
          return of(h).open(option, events, nullptr, self, out);
        },
        [](const jct_host* h, const char* option, const jct_dgram_events* events, void* self, jct_handle* out) {
          return of(h).open(option, nullptr, events, self, out);
        },
        [](const jct_host* h, jct_handle handle) { return of(h).close_listener(handle); },
        [](const jct_host* h, jct_handle handle, jct_addr* out, uint64_t capacity, uint64_t* count) {
          return of(h).addresses(handle, out, capacity, count);
        },
        [](const jct_host* h, const jct_dgram* datagram) { return of(h).udp_send(*datagram); },
        [](const jct_host* h, const jct_addr* peer, const jct_addr* local, uint64_t timeout,
           const jct_stream_events* events, void* self,
           jct_handle* out) { return of(h).dial(*peer, local, timeout, events, self, out); },
        [](const jct_host* h, jct_handle s, const jct_stream_events* events, void* self) {
          return of(h).streams_.attach(s, events, self);
        },
        [](const jct_host* h, jct_handle s, jct_bytes data) { return of(h).streams_.send(s, data); },
        [](const jct_host* h, jct_handle s) { return of(h).streams_.set_paused("pause", s, true); },
        [](const jct_host* h, jct_handle s) { return of(h).streams_.set_paused("resume", s, false); },
        [](const jct_host* h, jct_handle s) { return of(h).streams_.end(s); },
        [](const jct_host* h, jct_handle s, uint32_t abort) { return of(h).streams_.close(s, abort); },
        [](const jct_host* h, jct_handle s, uint64_t timeout) { return of(h).streams_.set_idle_timeout(s, timeout); },
        [](const jct_host* h, jct_handle s, jct_conn_info* out) { return of(h).streams_.info(s, out); },
        [](const jct_host* h, jct_handle s, uint32_t loop, jct_task arrived) {
          return of(h).streams_.migrate(s, loop, arrived);
        },
        [](const jct_host* h, jct_handle a, jct_handle b, const jct_bridge_policy* policy,
           const jct_bridge_events* events, void* self,
           jct_handle* out) { return of(h).bridge(a, b, policy, events, self, out); },
        [](const jct_host* h, jct_handle b, jct_bridge_stats* out) { return of(h).bridges_.stats(b, out); },
        [](const jct_host* h, jct_handle b, const jct_bridge_policy* policy) {
          return of(h).bridges_.set_policy(b, policy);
        },
        [](const jct_host* h, jct_handle b) { return of(h).bridges_.close(b); },
        [](const jct_host* h, jct_handle s, const jct_bytes* pieces, uint64_t count) -> jct_status {
          if (count > JCT_SENDV_PIECES) return JCT_E_ARG;
          std::string joined;
          for (uint64_t i = 0; i < count; ++i) joined += view(pieces[i]);
          return of(h).streams_.send(s, bytes(joined));
        }};
    return &kTable;
  }

 private:
  /// One LISTENER option's sockets.
  struct Group {
    jct_handle handle = 0;
    std::string option;
    bool open = true;
    std::vector<jct_addr> addresses;
    const jct_listen_events* accepts = nullptr;
    const jct_dgram_events* datagrams = nullptr;
    void* self = nullptr;
    bool handed_over = false;
  };
  struct Arrived {
    jct_addr peer;
    jct_addr local;
    std::string data;
  };

  static FakeNet& of(const jct_host* host) { return *HostRecord::of(host).net; }
  uint32_t loop_of(const Arrival& how) const { return how.loop == JCT_NO_LOOP ? loops_.home() : how.loop; }

  Group* open_group(const std::string& option) {
    for (auto& [handle, group] : groups_) {
      if (group.open && !group.handed_over && group.option == option) return &group;
    }
    return nullptr;
  }
  Group* open_group(jct_handle handle) {
    const auto at = groups_.find(handle);
    return at != groups_.end() && at->second.open ? &at->second : nullptr;
  }

  void accept(const StreamRef& stream, jct_handle listener) {
    Group* group = open_group(listener);
    if (group == nullptr) return streams_.finish(stream, JCT_E_CLOSED);
    const jct_status status = group->accepts->on_accept(group->self, listener, stream->handle, &stream->info);
    if (status < 0) loops_.fault("on_accept answered " + std::string{status_text(status)});
    if (status < 0 || stream->events == nullptr) streams_.finish(stream, status < 0 ? status : JCT_E_CLOSED);
  }

  void receive(const std::pair<jct_handle, uint32_t>& key) {
    const std::vector<Arrived> arrived = std::exchange(arrived_[key], {});
    const Group* group = open_group(key.first);
    if (group == nullptr) return;
    std::vector<jct_dgram> batch;
    for (const Arrived& one : arrived) batch.push_back({group->handle, one.peer, one.local, bytes(one.data)});
    const jct_status status = group->datagrams->on_datagrams(group->self, batch.data(), batch.size());
    if (status < 0) loops_.fault("on_datagrams answered " + std::string{status_text(status)});
  }

  jct_status open(const char* option, const jct_listen_events* accepts, const jct_dgram_events* datagrams, void* self,
                  jct_handle* out) {
    if (const jct_status status = loops_.need_control("listen"); status != JCT_OK) return status;
    if ((accepts == nullptr && datagrams == nullptr) || out == nullptr || config_ == nullptr) return JCT_E_ARG;
    return detail::guard(nullptr, [&] {
      Group group{++last_, option, true, {}, accepts, datagrams, self, false};
      for (const std::string& text : config_->listener(option, datagrams != nullptr)) {
        group.addresses.push_back(address(text));
        if (group.addresses.back().port == 0) group.addresses.back().port = ++last_port_;
      }
      *out = group.handle;
      groups_[group.handle] = std::move(group);
    });
  }
  jct_status close_listener(jct_handle handle) {
    if (const jct_status status = loops_.need_loop("close_listener"); status != JCT_OK) return status;
    Group* group = open_group(handle);
    if (group == nullptr) return JCT_E_CLOSED;
    group->open = false;
    return JCT_OK;
  }
  jct_status addresses(jct_handle handle, jct_addr* out, uint64_t capacity, uint64_t* count) {
    const Group* group = open_group(handle);
    if (group == nullptr) return JCT_E_CLOSED;
    *count = group->addresses.size();
    for (uint64_t i = 0; i < *count && i < capacity; ++i) out[i] = group->addresses[i];
    return JCT_OK;
  }
  jct_status udp_send(const jct_dgram& datagram) {
    if (const jct_status status = loops_.need_loop("udp_send"); status != JCT_OK) return status;
    if (open_group(datagram.socket) == nullptr) return JCT_E_CLOSED;
    if (sent_.size() >= datagram_capacity) return JCT_E_AGAIN;
    sent_.push_back({text_of(datagram.peer), text_of(datagram.local), std::string{view(datagram.data)}});
    return JCT_OK;
  }
  jct_status dial(const jct_addr& peer, const jct_addr* local, uint64_t timeout, const jct_stream_events* events,
                  void* self, jct_handle* out) {
    if (const jct_status status = loops_.need_loop("connect"); status != JCT_OK) return status;
    if (events == nullptr || out == nullptr) return JCT_E_ARG;
    const StreamRef stream = streams_.make(++last_, loops_.where() == Where::kLoop ? loops_.current() : loops_.home());
    stream->info.peer = peer;
    if (local != nullptr) stream->info.local = *local;
    stream->events = events;
    stream->self = self;
    stream->answered = false;
    dials_.push_back(streams_.wrap(stream));
    loops_.at(stream->loop, loops_.now() + (timeout == 0 ? kConnectTimeout : timeout), [this, stream] {
      if (!stream->answered) streams_.finish(stream, JCT_E_TIMEOUT);
    });
    *out = stream->handle;
    return JCT_OK;
  }
  jct_status bridge(jct_handle a, jct_handle b, const jct_bridge_policy* policy, const jct_bridge_events* events,
                    void* self, jct_handle* out) {
    StreamRef first, second;
    if (const jct_status status = streams_.find("bridge", a, &first); status != JCT_OK) return status;
    if (const jct_status status = streams_.find("bridge", b, &second); status != JCT_OK) return status;
    if (first->loop != second->loop) return loops_.breach("bridge of streams of two loops");
    const jct_status status = bridges_.make(++last_, first, second, policy, events, self);
    if (status != JCT_OK) return status;
    streams_.give_to_bridge(first);
    streams_.give_to_bridge(second);
    *out = last_;
    return JCT_OK;
  }

  static constexpr uint64_t kConnectTimeout = 10'000'000'000;

  FakeLoops& loops_;
  FakeBridges bridges_;
  FakeStreams streams_;
  const FakeConfig* config_ = nullptr;
  bool parallel_ = false;
  jct_handle last_ = 1000;
  uint16_t last_port_ = 40000;
  std::map<jct_handle, Group> groups_;
  std::map<std::pair<jct_handle, uint32_t>, std::vector<Arrived>> arrived_;
  std::vector<SentDatagram> sent_;
  std::vector<FakeStream> dials_;
  std::vector<FakeStream> adopted_;
};

}  // namespace junctor::testing
