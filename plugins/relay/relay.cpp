// SPDX-License-Identifier: Apache-2.0
// The relay plugin: descriptor and wiring. PARALLEL; each loop has a lobby, which does the work.
#include <atomic>
#include <charconv>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "junctor/plugin.hpp"
#include "junctor/services.hpp"
#include "lobby.hpp"
#include "options.hpp"
#include "rows.hpp"
#include "shared.hpp"
#include "wire/kinds.hpp"

namespace junctor::relay {
namespace {

constexpr size_t kMaxRows = 1000;  // a table for a person; the total is told beside it

/// One `sessions`, which every loop adds its rows to; whoever is last to let go answers. Any thread.
class Gathering {
 public:
  Gathering(Reply reply, const Shared& shared) : reply_{reply}, shared_{shared} {}
  Gathering(const Gathering&) = delete;
  Gathering& operator=(const Gathering&) = delete;
  ~Gathering() { reply_.ok(sessions_json(rows_, shared_.session_room.used(), shared_.waiting_room.used())); }

  void add(std::vector<SessionRow> rows) {
    const std::lock_guard lock{mutex_};
    for (SessionRow& row : rows) {
      if (rows_.size() < kMaxRows) rows_.push_back(std::move(row));
    }
  }

 private:
  Reply reply_;
  const Shared& shared_;
  std::mutex mutex_;
  std::vector<SessionRow> rows_;
};

class RelayPlugin {
 public:
  static constexpr auto kOptions = options(kListen, kWait, kGreetingTimeout, kMaxMessage, kMaxWaiting, kMaxSessions,
                                           kIdle, kLifetime, kRate, kAuthTimeout);

  RelayPlugin(Host& host, const Config& config)
      : host_{host},
        shared_{host, config[kAuthTimeout], static_cast<size_t>(config[kMaxWaiting]),
                static_cast<size_t>(config[kMaxSessions])} {
    for (uint32_t loop = 0; loop < host.loops(); ++loop) {
      lobbies_.push_back(std::make_unique<Lobby>(shared_, loop, Settings::from(config)));
      shared_.lobbies.push_back(lobbies_.back().get());
    }
    shared_.lobby_idle = [this] { host_.post(host_.home_loop(), [this] { lobby_idle(); }); };
    host.provide(JCT_RELAY_SERVICE, &kService, this);
    host.command("sessions", "relay sessions that run; `sessions end NUMBER` ends one",
                 [this](std::string_view args, Reply reply) { command(args, reply); });
  }

  void start() {
    wire::silence_protobuf();  // what the network sends wrong is counted, not printed
    listener_ = Listener{host_, kListen,
                         [this](Stream stream, const jct_conn_info& info) { here().greet(std::move(stream), info); }};
    listening_ = listener_.handle();
  }

  void reload(const Config& config) {
    shared_.waiting_room.set_limit(static_cast<size_t>(config[kMaxWaiting]));
    shared_.session_room.set_limit(static_cast<size_t>(config[kMaxSessions]));
    each_lobby([settings = Settings::from(config)](Lobby& lobby) { lobby.set(settings); });
  }

  void drain(Done done) {
    listening_ = 0;
    listener_.close();
    done_ = std::move(done);
    busy_ = lobbies_.size();
    each_lobby([](Lobby& lobby) { lobby.drain(); });
  }

  void stop() {
    listener_.close();
    for (const auto& lobby : lobbies_) lobby->stop();
  }

 private:
  Lobby& here() { return *lobbies_[host_.current_loop()]; }

  template <class Fn>
  void each_lobby(const Fn& fn) {
    for (uint32_t loop = 0; loop < lobbies_.size(); ++loop) {
      host_.post(loop, [lobby = lobbies_[loop].get(), fn] { fn(*lobby); });
    }
  }

  /// [home]
  void lobby_idle() {
    if (--busy_ == 0 && done_) (*done_)();
  }

  /// [home]
  void command(std::string_view args, Reply reply) {
    const std::vector<std::string> words = command_words(args);
    if (words.empty()) {
      const auto gathering = std::make_shared<Gathering>(reply, shared_);
      each_lobby([gathering](Lobby& lobby) { gathering->add(lobby.sessions().rows(kMaxRows)); });
    } else if (words.size() == 2 && words[0] == "end") {
      end_session(words[1], reply);
    } else {
      reply.fail(JCT_E_ARG, error_json("expected `sessions` or `sessions end NUMBER`"));
    }
  }

  void end_session(const std::string& text, Reply reply) {
    uint64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc{} || end != text.data() + text.size()) {
      return reply.fail(JCT_E_ARG, error_json("expected a session's number, got \"" + text + "\""));
    }
    const auto loop = static_cast<uint32_t>(id % lobbies_.size());
    host_.post(loop, [lobby = lobbies_[loop].get(), id, reply] {
      if (lobby->sessions().end(id)) return reply.ok("{}");
      reply.fail(JCT_E_NOT_FOUND, error_json("no session " + std::to_string(id) + " runs"));
    });
  }

  static jct_status addresses(void* self, jct_addr* out, uint64_t capacity, uint64_t* count) {
    auto* plugin = static_cast<RelayPlugin*>(self);
    *count = 0;
    if (plugin->listening_ == 0) return JCT_E_STATE;
    return plugin->host_.net().listener_addresses(plugin->host_.raw(), plugin->listening_, out, capacity, count);
  }
  /// Calls fn with the lobby of the caller's loop, inside the gate.
  template <class Fn>
  static jct_status in_lobby(void* self, const char* where, const Fn& fn) {
    auto* plugin = static_cast<RelayPlugin*>(self);
    jct_status answer = JCT_E_STATE;
    const jct_status status = plugin->host_.inside(
        where, [&] { answer = plugin->host_.current_loop() == JCT_NO_LOOP ? JCT_E_THREAD : fn(plugin->here()); });
    return status == JCT_OK ? answer : status;
  }
  static jct_status offer(void* self, const jct_relay_side* side) {
    return in_lobby(self, "offer", [&](Lobby& lobby) { return lobby.offer(detail::adopt<jct_relay_side>(side)); });
  }
  static uint32_t loop_of(void* self, jct_str uuid) {
    return static_cast<RelayPlugin*>(self)->shared_.home_of(view(uuid));
  }
  static jct_status offer_link(void* self, const jct_relay_side* side, const jct_relay_link* link, void* link_self,
                               jct_handle* out) {
    return in_lobby(self, "offer_link", [&](Lobby& lobby) {
      const auto table = detail::adopt<jct_relay_link>(link);
      if (!table.send || !table.resume || !table.end || !table.close || out == nullptr) return JCT_E_ARG;
      return lobby.offer_link(detail::adopt<jct_relay_side>(side), table, link_self, out);
    });
  }
  static jct_status data(void* self, jct_handle link, jct_bytes data) {
    return in_lobby(self, "data", [&](Lobby& lobby) { return lobby.data(link, view(data)); });
  }
  static jct_status writable(void* self, jct_handle link) {
    return in_lobby(self, "writable", [&](Lobby& lobby) { return lobby.writable(link); });
  }
  static jct_status ended(void* self, jct_handle link) {
    return in_lobby(self, "ended", [&](Lobby& lobby) { return lobby.link_ended(link); });
  }
  static void closed(void* self, jct_handle link, jct_status reason) {
    in_lobby(self, "closed", [&](Lobby& lobby) {
      lobby.link_closed(link, reason);
      return JCT_OK;
    });
  }
  static constexpr jct_relay_service kService{
      sizeof(jct_relay_service), 0, &offer, &addresses, &loop_of, &offer_link, &data, &writable, &ended, &closed};

  Host& host_;
  Shared shared_;
  std::vector<std::unique_ptr<Lobby>> lobbies_;  // one a loop
  Listener listener_;
  std::atomic<jct_handle> listening_{0};
  std::optional<Done> done_;  // home loop
  size_t busy_ = 0;           // home loop: lobbies that still have sessions while draining
};

}  // namespace
}  // namespace junctor::relay

JUNCTOR_PLUGIN(junctor::relay::RelayPlugin, "relay", "pairs two peers by uuid and joins them", provides("relay/1"),
               needs("*auth/1"), parallel())
