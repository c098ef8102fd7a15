// SPDX-License-Identifier: Apache-2.0
// The relay plugin: descriptor and wiring. PARALLEL; each loop has a lobby, which does the work.
#include <algorithm>
#include <atomic>
#include <charconv>
#include <junctor/command_json.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "desk.hpp"
#include "junctor/plugin.hpp"
#include "junctor/services.hpp"
#include "lobby.hpp"
#include "options.hpp"
#include "rows.hpp"
#include "shared.hpp"
#include "wire/abi.hpp"
#include "wire/kinds.hpp"

namespace junctor::relay {
namespace {

constexpr size_t kMaxRows = 1000;  // a table for a person; the total is told beside it

constexpr Duration kFillPeriod = std::chrono::seconds{1};
constexpr Duration kLookPeriod = std::chrono::milliseconds{500};  // at rules, and at who was removed

constexpr size_t kMaxGuesses = 64;  // addresses that one `sessions` looks up
constexpr size_t kMaxGuessed = 3;   // ids of one address

using PeersService = Service<jct_peers_service>;

/// What ids are registered from this address, "~111 ~222"; `~?` marks that there are more.
std::string guess(const PeersService& peers, const wire::Address& address) {
  struct Guess {
    std::string text;
    size_t count = 0;
  } all;
  const jct_addr raw = wire::to_abi(address);
  peers.table.at_address(peers.self, &raw, kMaxGuessed + 1, &all, [](void* self, const jct_peer* peer) {
    auto& so_far = *static_cast<Guess*>(self);
    if (!so_far.text.empty()) so_far.text += ' ';
    so_far.text += ++so_far.count > kMaxGuessed ? "~?" : "~" + std::string{view(peer->id)};
  });
  return all.text;
}

/// One `sessions`, which every loop adds its rows to; whoever is last to let go answers. Any thread.
class Gathering {
 public:
  Gathering(Reply reply, const Shared& shared) : reply_{reply}, shared_{shared} {}
  Gathering(const Gathering&) = delete;
  Gathering& operator=(const Gathering&) = delete;
  ~Gathering() { reply_.ok(sessions_json(rows_, shared_.session_room.used(), shared_.waiting_room.used())); }

  /// [pool] Slow where a million peers are registered.
  void guess_ids(const PeersService& peers) {
    std::map<std::string, std::string> known;
    const std::lock_guard lock{mutex_};
    for (SessionRow& row : rows_) {
      const auto address = wire::Address::parse(row.a);
      if (!address || (known.size() == kMaxGuesses && known.count(address->ip_text()) == 0)) continue;
      const auto [at, fresh] = known.try_emplace(address->ip_text());
      if (fresh) at->second = guess(peers, *address);
      row.a_id = at->second;
    }
  }
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
  static constexpr auto kOptions =
      options(kListen, kWait, kEndedWait, kGreetingTimeout, kMaxMessage, kMaxWaiting, kMaxSessions, kIdle, kLifetime,
              kRate, kTotalRate, kAddressRate, kIdRate, kAddressSessions, kIdSessions, kDowngradeRate, kDowngradeAfter,
              kDowngradePercent, kBlacklistFile, kBlocklistFile, kTickets, kTicketWait, kMaxTickets, kGroups,
              kAuthTimeout, kGather);

  RelayPlugin(Host& host, const Config& config)
      : host_{host},
        shared_{host, config},
        desk_{host, shared_, config, [this] { each_lobby([](Lobby& lobby) { lobby.sessions().look_up_limits(); }); }},
        peers_{PeersService::optional(host, JCT_PEERS_SERVICE)} {
    for (uint32_t loop = 0; loop < host.loops(); ++loop) {
      lobbies_.push_back(std::make_unique<Lobby>(shared_, loop, Settings::from(config)));
      shared_.lobbies.push_back(lobbies_.back().get());
    }
    shared_.lobby_idle = [this] { host_.post(host_.home_loop(), [this] { lobby_idle(); }); };
    host.provide(JCT_RELAY_SERVICE, &kService, this);
    host.command("sessions", "relay sessions that run; `sessions end NUMBER` ends one",
                 [this](std::string_view args, Reply reply) { command(args, reply); });
    host.command("relay", "limits and what is in use; `relay limit|block|unblock ...` changes them",
                 [this](std::string_view args, Reply reply) { desk_.command(command::words(args), reply); });
  }

  void start() {
    wire::silence_protobuf();  // what the network sends wrong is counted, not printed
    listener_ = Listener{host_, Option<ListenerValue>{kListen.raw},
                         [this](Stream stream, const jct_conn_info& info) { here().greet(std::move(stream), info); }};
    listening_ = listener_.handle();
    fills_ = host_.every(kFillPeriod, [this] { show_fills(); });
    rules_seen_ = shared_.auth.changes();
    if (peers_ && peers_->table.removed_since != nullptr) {  // what was removed before has no session here
      peers_->table.removed_since(peers_->self, &removed_seen_, nullptr, [](void*, jct_str) {});
    }
    look_ = host_.every(kLookPeriod, [this] { look_at_rules(); });
  }

  static void verify(const Config& config) {
    rules_of(config);
    Desk::verify(config);
  }
  void check(const Config& candidate) const { rules_of(candidate); }

  void reload(const Config& config) {
    shared_.set(config);
    desk_.configure(rules_of(config));
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
    fills_.cancel();
    look_.cancel();
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
  void show_fills() {
    sessions_fill_.set(shared_.session_room.used(), shared_.session_room.limit());
    waiting_fill_.set(shared_.waiting_room.used(), shared_.waiting_room.limit());
    tickets_fill_.set(shared_.tickets.size(host_.now()), shared_.tickets.capacity());
  }

  /// [home]
  void look_at_rules() {
    const uint64_t changes = shared_.auth.changes();
    if (std::exchange(rules_seen_, changes) != changes) each_lobby([](Lobby& lobby) { lobby.ask_again(); });
    if (!peers_ || peers_->table.removed_since == nullptr) return;
    peers_->table.removed_since(peers_->self, &removed_seen_, this, [](void* self, jct_str id) {
      static_cast<RelayPlugin*>(self)->each_lobby(
          [removed = std::string{view(id)}](Lobby& lobby) { lobby.end_of(removed); });
    });
  }

  /// [home]
  void lobby_idle() {
    if (--busy_ == 0 && done_) (*done_)();
  }

  /// [home]
  void command(std::string_view args, Reply reply) {
    const std::vector<std::string> words = command::words(args);
    if (words.empty()) {
      const auto gathering = std::make_shared<Gathering>(reply, shared_);
      each_lobby([gathering](Lobby& lobby) { gathering->add(lobby.sessions().rows(kMaxRows)); });
      guess_when_gathered(gathering);
    } else if (words.size() == 2 && words[0] == "end") {
      end_session(words[1], reply);
    } else {
      reply.fail(JCT_E_ARG, command::error("expected `sessions` or `sessions end NUMBER`"));
    }
  }

  /// Each loop has added its rows when it has run what was posted behind them; the last of them starts the guess.
  void guess_when_gathered(const std::shared_ptr<Gathering>& gathering) {
    if (!peers_) return;
    const auto left = std::make_shared<std::atomic<size_t>>(lobbies_.size());
    each_lobby([this, gathering, left](Lobby&) {
      if (--*left > 0) return;
      host_.offload([this, gathering] { gathering->guess_ids(*peers_); }, [] {});
    });
  }

  void end_session(const std::string& text, Reply reply) {
    uint64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc{} || end != text.data() + text.size()) {
      return reply.fail(JCT_E_ARG, command::error("expected a session's number, got \"" + text + "\""));
    }
    const auto loop = static_cast<uint32_t>(id % lobbies_.size());
    host_.post(loop, [lobby = lobbies_[loop].get(), id, reply] {
      if (lobby->sessions().end(id)) return reply.ok("{}");
      reply.fail(JCT_E_NOT_FOUND, command::error("no session " + std::to_string(id) + " runs"));
    });
  }

  /// [any] A pair has come before its ticket.
  void tell_who_waits(std::string uuid) {
    const uint32_t home = shared_.home_of(uuid);
    host_.post(home, [lobby = shared_.lobbies[home], uuid = std::move(uuid)] { lobby->ticket_came(uuid); });
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
  static jct_status expect(void* self, jct_str uuid, jct_str id, uint64_t ttl_ns) {
    auto* plugin = static_cast<RelayPlugin*>(self);
    if (uuid.size == 0 || uuid.size > kMaxUuid || id.size > kMaxUuid) return JCT_E_ARG;
    const Duration now = plugin->host_.now();
    const Duration until = now + Duration{static_cast<int64_t>(std::min<uint64_t>(ttl_ns, kYear))};
    bool taken = false;
    const jct_status status = plugin->host_.inside("expect", [&] {
      bool awaited = false;
      taken = plugin->shared_.tickets.expect(view(uuid), view(id), now, until, &awaited);
      if (taken && awaited) plugin->tell_who_waits(std::string{view(uuid)});
    });
    return status == JCT_OK && !taken ? JCT_E_LIMIT : status;
  }
  static constexpr jct_relay_service kService{sizeof(jct_relay_service),
                                              0,
                                              &offer,
                                              &addresses,
                                              &loop_of,
                                              &offer_link,
                                              &data,
                                              &writable,
                                              &ended,
                                              &closed,
                                              &expect};

  Host& host_;
  Shared shared_;
  Desk desk_;
  Fill sessions_fill_{host_, "limit=max_sessions"};
  Fill waiting_fill_{host_, "limit=max_waiting"};
  Fill tickets_fill_{host_, "limit=max_tickets"};
  Timer fills_, look_;
  uint64_t rules_seen_ = 0, removed_seen_ = 0;  // home loop
  std::optional<PeersService> peers_;
  std::vector<std::unique_ptr<Lobby>> lobbies_;  // one a loop
  Listener listener_;
  std::atomic<jct_handle> listening_{0};
  std::optional<Done> done_;  // home loop
  size_t busy_ = 0;           // home loop: lobbies that still have sessions while draining
};

}  // namespace
}  // namespace junctor::relay

JUNCTOR_PLUGIN(junctor::relay::RelayPlugin, "relay", "pairs two peers by uuid and joins them", provides("relay/1"),
               needs("*auth/1", "?peers/1"), parallel())
