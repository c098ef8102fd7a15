// SPDX-License-Identifier: Apache-2.0
// How a bridge moves bytes: what waits in user space first, then source to pipe to target. Lives on its loop.
#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "net/bridge.hpp"

namespace junctor::net {

namespace {

/// Chunks of one direction in one go, so that one bridge does not hold the loop.
constexpr int kChunks = 4;
/// A burst lasts this long, and is no smaller than kLeastBurst.
constexpr int64_t kBurstsPerSecond = 20;
constexpr int64_t kLeastBurst = 16 * 1024;
/// Reading goes on when the tokens of this time, and at least of one packet, are there.
constexpr int64_t kQuantaPerSecond = 50;
constexpr int64_t kPacket = 1460;
/// A pause that gathers more of one direction is halved: TCP's window may be no larger than 64 KiB. A shorter one than
/// kLeastPause saves nothing.
constexpr size_t kMuch = 40 * 1024;
constexpr std::chrono::microseconds kLeastPause{50};

}  // namespace

ssize_t Bridge::read_side(Side& side, std::span<std::byte> into) {
  return side.tls ? side.tls->read(into) : ::recv(side.fd.get(), into.data(), into.size(), MSG_DONTWAIT);
}

ssize_t Bridge::write_side(Side& side, std::span<const std::byte> from) {
  if (side.tls) return side.tls->write(from);
  return ::send(side.fd.get(), from.data(), from.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

/// Returns how much was read.
size_t Bridge::pump(size_t way) {
  Direction& direction = ways_[way];
  if (direction.done || finished_) return 0;
  bool empty = drain(way);
  size_t read = 0;
  for (int i = 0; i < kChunks && empty && !direction.ended && !direction.done; ++i) {
    const size_t got = fill(way);
    if (got == 0) break;
    read += got;
    const size_t room = direction.pipe ? direction.pipe.size : NetLoop::kScratch;
    empty = drain(way);
    // Little came, so the source is most likely empty; epoll knows for less than another splice.
    if (got < room / 2) break;
  }
  give_pipe_back(way);
  end_if_delivered(way, empty);
  return read;
}

void Bridge::pump_pending(size_t way) {
  if (!ways_[way].done) end_if_delivered(way, drain(way));
}

void Bridge::end_if_delivered(size_t way, bool empty) {
  const Direction& direction = ways_[way];
  if (empty && direction.ended && !direction.done) end_target(way);
}

void Bridge::end_target(size_t way) {
  Side& target = to(way);
  if (target.tls && !target.tls->end()) {
    ways_[way].blocked = true;
    return;
  }
  ways_[way].done = true;
  // Where the other way is done too, the close that follows says it.
  if (!ways_[1 - way].done) ::shutdown(target.fd.get(), SHUT_WR);
}

bool Bridge::drain(size_t way) {
  Direction& direction = ways_[way];
  direction.blocked = false;
  return drain_pending(way) && drain_pipe(way);
}

bool Bridge::drain_pending(size_t way) {
  std::unique_ptr<Pending>& pending = ways_[way].pending;
  while (pending && pending->head < pending->bytes.size()) {
    const auto rest = std::span{pending->bytes}.subspan(pending->head);
    const ssize_t put = write_side(to(way), rest);
    if (put < 0) {
      write_failed(way, errno);
      return false;
    }
    pending->head += static_cast<size_t>(put);
    delivered(way, static_cast<size_t>(put), false);
  }
  pending.reset();
  return true;
}

bool Bridge::drain_pipe(size_t way) {
  Direction& direction = ways_[way];
  while (direction.in_pipe != 0) {
    const ssize_t put = ::splice(direction.pipe.read.get(), nullptr, to(way).fd.get(), nullptr, direction.in_pipe,
                                 SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    if (put <= 0) {
      write_failed(way, put == 0 ? EPIPE : errno);
      return false;
    }
    direction.in_pipe -= static_cast<uint32_t>(put);
    delivered(way, static_cast<size_t>(put), true);
  }
  return true;
}

/// The pipe is empty when this is called, so EAGAIN can only mean that the source is.
size_t Bridge::fill(size_t way) {
  Direction& direction = ways_[way];
  const size_t want = allowance(way);
  if (want == 0) return 0;
  if (!spliceable()) return fill_by_copy(way, want);
  if (!direction.pipe) direction.pipe = home_.borrow_pipe();
  if (!direction.pipe) return fill_by_copy(way, want);
  const ssize_t got = ::splice(from(way).fd.get(), nullptr, direction.pipe.write.get(), nullptr,
                               std::min<size_t>(want, direction.pipe.size), SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  if (got <= 0) {
    read_failed(way, got == 0 ? 0 : errno);
    return 0;
  }
  direction.in_pipe = static_cast<uint32_t>(got);
  spend(way, static_cast<size_t>(got));
  return static_cast<size_t>(got);
}

void Bridge::hold(size_t way, std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  std::unique_ptr<Pending>& pending = ways_[way].pending;
  if (!pending) pending = std::make_unique<Pending>();
  pending->bytes.insert(pending->bytes.end(), bytes.begin(), bytes.end());
}

size_t Bridge::fill_by_copy(size_t way, size_t want) {
  const auto scratch = home_.scratch();
  const ssize_t got = read_side(from(way), scratch.first(std::min(want, scratch.size())));
  if (got <= 0) {
    read_failed(way, got == 0 ? 0 : errno);
    return 0;
  }
  if (spliceable()) home_.count().copy_fallbacks.add();
  spend(way, static_cast<size_t>(got));
  auto rest = scratch.first(static_cast<size_t>(got));
  const ssize_t put = write_side(to(way), rest);
  if (put > 0) {
    rest = rest.subspan(static_cast<size_t>(put));
    delivered(way, static_cast<size_t>(put), false);
  }
  // An error shows again when the rest is tried.
  hold(way, rest);
  return static_cast<size_t>(got);
}

void Bridge::take_policy(const BridgePolicy& policy) {
  idle_timeout_ = policy.idle_timeout;
  max_lifetime_ = policy.max_lifetime;
  gather_ = std::chrono::duration_cast<Pause>(policy.gather);
  if (policy.rate == 0) return meter_.reset();
  if (!meter_) {
    meter_ = std::make_unique<Meter>(this);
    for (Bucket& bucket : meter_->buckets) bucket.filled = home_.loop().now();
  }
  meter_->rate = policy.rate;
}

size_t Bridge::allowance(size_t way) {
  if (!meter_) return SIZE_MAX;
  Bucket& bucket = meter_->buckets[way];
  const auto rate = static_cast<int64_t>(std::min<uint64_t>(meter_->rate / 8, uint64_t{1} << 40));  // bytes a second
  const int64_t burst = std::max(rate / kBurstsPerSecond, kLeastBurst);
  const loop::Instant now = home_.loop().now();
  const double seconds = std::min(1.0, std::chrono::duration<double>(now - bucket.filled).count());
  bucket.tokens =
      std::min(burst, std::min(bucket.tokens, burst) + static_cast<int64_t>(static_cast<double>(rate) * seconds));
  bucket.filled = now;
  const int64_t need = std::min(burst, std::max(rate / kQuantaPerSecond, kPacket));
  if (bucket.tokens >= need) return static_cast<size_t>(bucket.tokens);
  ways_[way].throttled = true;
  if (!meter_->refill.armed()) {
    const double wait = static_cast<double>(need - bucket.tokens) / static_cast<double>(std::max<int64_t>(rate, 1));
    home_.loop().start(meter_->refill, std::chrono::nanoseconds{static_cast<int64_t>(wait * 1e9)});
  }
  return 0;
}

void Bridge::on_refill() {
  for (size_t way = 0; way < 2; ++way) {
    if (!ways_[way].throttled) continue;
    ways_[way].throttled = false;
    pump(way);
  }
  update();
}

void Bridge::spend(size_t way, size_t bytes) {
  if (meter_) meter_->buckets[way].tokens -= static_cast<int64_t>(bytes);
}

void Bridge::delivered(size_t way, size_t bytes, bool spliced) {
  ways_[way].bytes += bytes;
  last_byte_ = home_.loop().now();
  home_.count().bridge_bytes.add(bytes);
  if (spliced) home_.count().bridge_spliced.add(bytes);
}

/// `error` 0: the source's FIN. A reset: what came before it is still delivered; nothing can go the other way.
void Bridge::read_failed(size_t way, int error) {
  if (error == EAGAIN || error == EINTR) return;
  ways_[way].ended = true;
  ways_[way].fin_read = error == 0;
  if (error == 0) return;
  broken_ = true;
  abandon(1 - way);
}

/// The target is gone. What it sent before still goes the other way; its own end follows there.
void Bridge::write_failed(size_t way, int error) {
  if (error == EAGAIN || error == EINTR) {
    ways_[way].blocked = true;
    return;
  }
  broken_ = true;
  abandon(way);
}

void Bridge::abandon(size_t way) {
  Direction& direction = ways_[way];
  direction.done = true;
  direction.blocked = false;
  direction.pending.reset();
  home_.give_back_pipe(std::move(direction.pipe), direction.in_pipe == 0);
  direction.pipe = Pipe{};
  direction.in_pipe = 0;
}

// ---- gathering: small pieces that come often
// -------------------------------------------------------------------------

bool Bridge::may_read(size_t way) const {
  const Direction& direction = ways_[way];
  return !direction.ended && !direction.done && !direction.blocked && !direction.throttled && !direction.gathering;
}

void Bridge::watch_streak(size_t way, size_t got) {
  if (got == 0 || gather_ == Pause::zero() || !spliceable()) return;
  // Somebody may wait for an answer to this: what goes the other way is read as it comes.
  ways_[1 - way].gathering = false;
  home_.bridge_pause().count(got);
  if (!streak_.add(way, got, home_.loop().now(), gather_) || !may_read(way)) return;
  pause_ = gather_;
  pause(way);
}

/// If that is cheaper than to read at once.
void Bridge::pause(size_t way) {
  const loop::Duration best = home_.bridge_pause().choose(home_.loop().now(), gather_);
  if (best == loop::Duration::zero()) return;
  ways_[way].gathering = true;
  home_.gather(*this, std::min<loop::Duration>(best, pause_));
}

/// Pauses again, for as long as what comes is neither nothing nor so much that TCP's window fills up meanwhile.
void Bridge::read_gathered() {
  if (finished_) return;
  for (size_t way = 0; way < 2; ++way) {
    if (!std::exchange(ways_[way].gathering, false)) continue;
    const size_t got = pump(way);
    home_.bridge_pause().count(got);
    if (got > kMuch) pause_ /= 2;
    if (got != 0 && pause_ >= kLeastPause && may_read(way)) pause(way);
  }
  update();
}

void Bridge::give_pipe_back(size_t way) {
  Direction& direction = ways_[way];
  if (!direction.pipe || direction.in_pipe != 0) return;
  home_.give_back_pipe(std::move(direction.pipe), true);
  direction.pipe = Pipe{};
}

}  // namespace junctor::net
