// SPDX-License-Identifier: Apache-2.0
// What stands between accept and a listener's owner: the PROXY header and the TLS handshake, bounded in time and
// number. The rules are shared by a listener's loops; an entrance lives on one of them.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "loop/event_loop.hpp"
#include "net/address.hpp"
#include "net/limits.hpp"
#include "net/net_loop.hpp"
#include "net/socket.hpp"
#include "net/tls_context.hpp"
#include "net/tls_session.hpp"

namespace junctor::net {

struct EntranceOptions {
  std::vector<Network> trusted_proxies;               // their connections begin with a PROXY header; empty: nobody's do
  std::shared_ptr<const TlsContext> tls;              // null: plain
  loop::Duration timeout = std::chrono::seconds{10};  // from accept to the owner, header and handshake together
  uint32_t most = 1000;                               // connections under way at once, over all loops; beyond, the one
                                                      // silent for longest of who has most gives way
};

/// Of one listener. [any]
class EntranceRules {
 public:
  explicit EntranceRules(const EntranceOptions& options) : options_{options} {}

  bool has_tls() const { return has_tls_; }
  std::shared_ptr<const TlsContext> tls() const;
  /// New connections get it. Nothing happens where there was none.
  void set_tls(std::shared_ptr<const TlsContext> tls);
  bool trusts(const Address& proxy) const;
  loop::Duration timeout() const { return options_.timeout; }

  /// A place among those under way; false: all are taken.
  bool take_place();
  void give_place() { under_way_.fetch_sub(1, std::memory_order_relaxed); }

 private:
  EntranceOptions options_;
  const bool has_tls_ = options_.tls != nullptr;
  mutable std::mutex mutex_;  // of options_.tls
  std::atomic<uint32_t> under_way_{0};
};

/// A connection that may be served.
struct Guest {
  Fd fd;
  Address peer;
  LimitTicket ticket;
  std::unique_ptr<TlsSession> tls;
  bool proxied = false;  // `peer` is a trusted proxy's word
};

class EntranceEvents {
 public:
  /// Through.
  virtual void on_guest(Guest guest) = 0;
  /// The connection is closed; it was counted. `detail` is for people, and may be empty.
  virtual void on_refused(const Address& peer, Refusal reason, const char* detail) = 0;

 protected:
  ~EntranceEvents() = default;
};

class Entrance {
 public:
  /// All outlive it.
  Entrance(NetLoop& home, EntranceRules& rules, std::shared_ptr<Limits> limits, EntranceEvents& events);
  ~Entrance();
  Entrance(const Entrance&) = delete;
  Entrance& operator=(const Entrance&) = delete;

  /// An accepted socket. It is counted against the limits as its real client's: a trusted proxy's once its header is
  /// read.
  void take(Fd fd, const Address& peer);
  /// Closes those that are not through.
  void close();

 private:
  class Visitor;

  Refusal admit(Guest* guest);
  bool make_place_for(const Address& client);
  void serve();
  void ready(Visitor& visitor);
  void through(Visitor& visitor);
  void refuse(Visitor& visitor, Refusal reason, const char* detail);

  NetLoop& home_;
  EntranceRules& rules_;
  std::shared_ptr<Limits> limits_;
  EntranceEvents& events_;
  loop::List<Visitor> waiting_;  // for their peers
  loop::List<Visitor> ready_;    // for their turn
  loop::Deferred serve_;
};

}  // namespace junctor::net
