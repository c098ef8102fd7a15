// SPDX-License-Identifier: Apache-2.0
// Two TCP connections of one loop joined in the kernel: splice through borrowed pipes, or a copy where there is none or
// where a side is inside TLS. Lives on that loop. It owns itself: on_close is the last that is heard of it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "loop/event_loop.hpp"
#include "net/limits.hpp"
#include "net/net_loop.hpp"
#include "net/pipe_pool.hpp"
#include "net/status.hpp"
#include "net/streak.hpp"
#include "net/stream.hpp"

namespace junctor::net {

struct BridgePolicy {
  loop::Duration idle_timeout{0};  // without a byte either way; 0: none
  loop::Duration max_lifetime{0};  // 0: none
  uint64_t rate = 0;               // bits a second, each direction; 0: none
  loop::Duration gather{0};        // small pieces that come often collect for so long; 0: never
};

struct BridgeStats {
  uint64_t bytes_ab = 0;  // delivered to b
  uint64_t bytes_ba = 0;
  loop::Duration age{0};
  loop::Duration idle{0};
};

class Bridge;

class BridgeEvents {
 public:
  /// The last call: kOk both ends done, kTimeout idle or lifetime, kReset a side was reset, cut off or broke TLS,
  /// kClosed by close(). Not from inside a call.
  virtual void on_close(Bridge& bridge, Status reason, const BridgeStats& stats) = 0;

 protected:
  ~BridgeEvents() = default;
};

class Bridge final : private loop::ListNode {
 public:
  struct Join {
    Bridge* bridge = nullptr;  // null: status says why
    Status status = Status::kOk;
  };
  /// Takes both streams, which get no more events and die with this turn; what was unsent to a side and then what was
  /// unread from the other goes first. From inside on_data of one of them, its unread bytes are those it leaves
  /// unconsumed. kState: one is closed, connecting, moving or bridged; kArg: the same, or of another loop.
  static Join join(Stream& a, Stream& b, const BridgePolicy& policy, BridgeEvents& events);

  BridgeStats stats() const;
  void set_policy(const BridgePolicy& policy);
  /// Ends both sides now. on_close(kClosed) follows, not inline.
  void close();
  NetLoop& home() { return home_; }

 private:
  friend class NetLoop;
  friend class loop::List<Bridge>;

  using Pause = std::chrono::duration<uint32_t, std::micro>;

  /// One connection; direction i is from side i to the other.
  struct Side final : loop::FdHandler {
    void on_fd(uint32_t events) override { bridge->on_side(*this, events); }
    Bridge* bridge = nullptr;
    Fd fd;
    uint32_t interest = 0;  // what epoll watches for; 0: not watched at all
    LimitTicket ticket;
    std::unique_ptr<TlsSession> tls;  // null: plain
  };
  /// Bytes in user space.
  struct Pending {
    std::vector<std::byte> bytes;
    size_t head = 0;
  };
  struct Direction {
    std::unique_ptr<Pending> pending;  // goes before the pipe's; null: nothing
    Pipe pipe;
    uint32_t in_pipe = 0;
    bool fin_read = false;   // of the source: nothing of it is unread
    bool ended = false;      // the source sends nothing more
    bool done = false;       // and all of it was delivered, or cannot be
    bool blocked = false;    // the destination takes no more now
    bool throttled = false;  // out of tokens
    bool gathering = false;  // pieces collect until the loop's next read_gathered()
    uint64_t bytes = 0;
  };
  struct Bucket {
    int64_t tokens = INT64_MAX;  // bytes; cut down to a burst on first use
    loop::Instant filled;
  };
  /// Of a bridge with a rate.
  struct Meter {
    explicit Meter(Bridge* bridge) : refill{loop::Timer::of<&Bridge::on_refill>(bridge)} {}
    uint64_t rate = 0;  // bits a second, each direction
    std::array<Bucket, 2> buckets;
    loop::Timer refill;
  };

  Bridge(NetLoop& home, Stream& a, Stream& b, const BridgePolicy& policy, BridgeEvents& events);
  ~Bridge();

  // bridge.cpp: life
  void on_deferred();
  void on_deadline();
  void on_side(Side& side, uint32_t events);
  void begin();
  void arm_deadline();
  void update();
  bool set_interest(Side& side, uint32_t interest);
  void unwatch();
  void finish(Status reason);
  void close_side(size_t i);
  void deliver_close();

  // bridge_pump.cpp: bytes
  Side& from(size_t way) { return sides_[way]; }
  Side& to(size_t way) { return sides_[1 - way]; }
  bool spliceable() const { return !sides_[0].tls && !sides_[1].tls; }
  ssize_t read_side(Side& side, std::span<std::byte> into);
  ssize_t write_side(Side& side, std::span<const std::byte> from);
  size_t pump(size_t way);
  void pump_pending(size_t way);
  void end_if_delivered(size_t way, bool empty);
  void end_target(size_t way);
  bool drain(size_t way);
  bool drain_pending(size_t way);
  bool drain_pipe(size_t way);
  size_t fill(size_t way);
  size_t fill_by_copy(size_t way, size_t want);
  size_t allowance(size_t way);
  void take_policy(const BridgePolicy& policy);
  void on_refill();
  void hold(size_t way, std::span<const std::byte> bytes);
  bool may_read(size_t way) const;
  void watch_streak(size_t way, size_t got);
  void pause(size_t way);
  void read_gathered();
  void spend(size_t way, size_t bytes);
  void delivered(size_t way, size_t bytes, bool spliced);
  void read_failed(size_t way, int error);
  void write_failed(size_t way, int error);
  void abandon(size_t way);
  void give_pipe_back(size_t way);

  NetLoop& home_;
  BridgeEvents* events_;
  std::array<Stream*, 2> streams_;  // until begin()
  std::array<Side, 2> sides_;
  std::array<Direction, 2> ways_;
  loop::Instant born_;
  loop::Instant last_byte_;
  loop::Duration idle_timeout_{0};
  loop::Duration max_lifetime_{0};
  Streak streak_;
  Pause gather_{0};  // the policy's
  Pause pause_{0};   // while it gathers
  bool broken_ = false;
  bool finished_ = false;
  Status reason_ = Status::kOk;
  std::unique_ptr<Meter> meter_;  // null: no rate
  loop::Timer deadline_;
  loop::Deferred deferred_;
};

}  // namespace junctor::net
