// SPDX-License-Identifier: Apache-2.0
// signal/1: messages by kind over any transport. send and close are [any]; the rest lives on the channel's loop.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "junctor/host.hpp"
#include "settings.hpp"
#include "signalling/channels.hpp"
#include "signalling/handlers.hpp"
#include "signalling/traffic.hpp"

namespace junctor::rendezvous {

/// Kinds by number, as bits.
using KindSet = uint64_t;
constexpr KindSet kind_bit(uint32_t kind) { return KindSet{1} << kind; }
inline constexpr KindSet kAllKinds = ~KindSet{0};

class SignalService {
 public:
  /// Ends a presence: the connection of the peer `id` has gone. [loop]
  using Gone = std::function<void(std::string_view id, jct_handle handle)>;

  /// May one more message come from this client? Any thread.
  using Allows = std::function<bool(const jct_addr& client)>;

  SignalService(const Host& host, const Settings& settings, const Traffic& traffic, Gone gone, Allows allows);
  /// [control] The loops' timers.
  void stop();

  static const jct_signal_service& table();

  jct_status handle(uint32_t kind, jct_signal_handler handler, void* context);
  void unhandle(uint32_t kind, const void* context) { handlers_.remove(kind, context); }

  /// [any] `inner` is copied.
  jct_status send(const jct_channel& channel, uint32_t kind, std::string_view inner);
  /// [any] A whole RendezvousMessage; empty: a heartbeat (connections only).
  jct_status send_whole(const jct_channel& channel, std::string_view message);
  /// [any]
  jct_status close(const jct_channel& channel);

  /// [loop]
  jct_status attach(const jct_transport& transport, void* self, const jct_addr& peer, const jct_addr& local,
                    jct_channel& out);
  jct_status deliver(jct_handle channel, std::string_view message, KindSet served = kAllKinds);
  /// The same for transports of other plugins.
  jct_status deliver_from_outside(const jct_channel& channel, std::string_view message);
  void detach(jct_handle channel);
  /// [loop] As it was attached and marked; null when it has gone. Good until it is detached.
  const jct_channel* channel(jct_handle handle) const;
  /// [loop] Adds JCT_CHANNEL_* flags.
  void mark(jct_handle handle, uint32_t flags);

  /// [loop] From now on this connection is held open by heartbeats; `id`: the peer whose presence it is, "" for none.
  /// False when it has gone.
  bool hold(const jct_channel& channel, std::string_view id);
  /// [loop] The same for the session of a user: `token` is what allowed it.
  bool hold_session(const jct_channel& channel, const std::string& token);
  /// [loop] fn(channel, id, token) for those of `count` places of this loop from `first` on; false behind the last.
  using Held = std::function<void(const jct_channel& channel, const std::string& id, const std::string& token)>;
  bool each_held(size_t first, size_t count, const Held& fn) const;
  /// [any] A whole message to every connection that is a peer's presence now, within about a second.
  void announce(std::string message);

  /// [loop] A message whose wrapper is off. Negative: close the connection that it came on.
  jct_status dispatch(const jct_channel& channel, uint32_t kind, std::string_view inner);

  /// [any] Counts one more message of the channel's client; false: it is over its limit.
  bool allows(const jct_channel& channel) const { return allows_(channel.peer); }

  size_t channels() const { return total_.load(std::memory_order_relaxed); }

 private:
  struct PerLoop {
    PerLoop(uint32_t loop, SignalService& service) : channels{loop, service.total_, service.settings_.max_channels} {}
    Channels channels;
    std::string joined;                                  // for wire::peel
    std::string out;                                     // a message on its way out
    std::unordered_map<jct_handle, std::string> tokens;  // of the few that are a user's session
    Timer ticker;
    bool ticks = false;
    uint32_t tick = 0;
  };

  struct News {
    uint32_t number = 0;
    std::string message;
  };

  PerLoop* here() const;
  void look_after(PerLoop& loop);
  /// Null where it has gone or is of another loop.
  Channels::Entry* entry(jct_handle handle) const;
  std::shared_ptr<const News> news() const;
  jct_status send_datagram(const jct_channel& channel, std::string_view message);
  jct_status send_here(PerLoop& loop, jct_handle handle, std::string_view message);
  static void echo(Channels::Entry& entry);
  void pulse(PerLoop& loop);

  const Host& host_;
  const Settings& settings_;
  const Traffic& traffic_;
  const Gone gone_;
  const Allows allows_;
  std::atomic<size_t> total_{0};
  std::atomic<bool> stopped_{false};
  Handlers handlers_;
  std::vector<std::unique_ptr<PerLoop>> loops_;
  std::atomic<uint32_t> news_number_{0};  // of the newest: what is looked at each tick takes no lock
  mutable std::mutex news_mutex_;
  std::shared_ptr<const News> news_ = std::make_shared<const News>();
};

}  // namespace junctor::rendezvous
