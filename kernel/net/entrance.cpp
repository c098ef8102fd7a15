// SPDX-License-Identifier: Apache-2.0
// Header, then limits, then handshake, then the owner. Lives on one loop, the rules on any.
#include "net/entrance.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <unordered_map>
#include <utility>

#include "net/proxy_header.hpp"

namespace junctor::net {

namespace {

/// Steps of handshakes in one turn of the loop, so that a flood of them does not hold it: the costly one signs, which
/// takes an RSA key of 2048 bits close to a millisecond.
constexpr int kStepsPerTurn = 8;
/// Of those who wait, so many are compared when all places are taken.
constexpr size_t kOldest = 64;

}  // namespace

std::shared_ptr<const TlsContext> EntranceRules::tls() const {
  const std::lock_guard lock{mutex_};
  return options_.tls;
}

void EntranceRules::set_tls(std::shared_ptr<const TlsContext> tls) {
  const std::lock_guard lock{mutex_};
  if (has_tls_ && tls) options_.tls.swap(tls);
}

bool EntranceRules::trusts(const Address& proxy) const {
  return std::any_of(options_.trusted_proxies.begin(), options_.trusted_proxies.end(),
                     [&](const Network& network) { return network.contains(proxy); });
}

bool EntranceRules::take_place() {
  if (under_way_.fetch_add(1, std::memory_order_relaxed) < options_.most) return true;
  give_place();
  return false;
}

/// A connection under way. It is in one of the entrance's lists, and gone when it leaves them.
class Entrance::Visitor final : public loop::FdHandler, public loop::ListNode {
 public:
  Visitor(Entrance& entrance, Guest guest, bool expects_header)
      : entrance_{entrance},
        guest_{std::move(guest)},
        expects_header_{expects_header},
        deadline_{loop::Timer::of<&Visitor::on_deadline>(this)} {}
  ~Visitor() {
    if (guest_.fd) entrance_.home_.loop().unwatch(guest_.fd.get(), this);
    entrance_.rules_.give_place();
  }

  bool begin() {
    loop::EventLoop& loop = entrance_.home_.loop();
    if (loop.watch(guest_.fd.get(), EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, this) != 0) return false;
    loop.start(deadline_, entrance_.rules_.timeout());
    return true;
  }

  const Address& peer() const { return guest_.peer; }
  /// Goes on as far as what has come allows. It may be gone afterwards.
  void step();
  /// The visitor itself is then to be deleted.
  Guest leave() {
    entrance_.home_.loop().unwatch(guest_.fd.get(), this);
    return std::move(guest_);
  }

 private:
  void on_fd(uint32_t events) override {
    const uint32_t needs = guest_.tls ? guest_.tls->read_needs() : EPOLLIN;
    if ((events & (needs | EPOLLIN | EPOLLRDHUP | EPOLLERR | EPOLLHUP)) != 0) entrance_.ready(*this);
  }
  void on_deadline() { entrance_.refuse(*this, Refusal::kHandshakeTimeout, ""); }
  bool read_header();
  bool accept_header(const ProxyHeader& header);
  bool start_tls();

  Entrance& entrance_;
  Guest guest_;
  bool expects_header_;
  loop::Timer deadline_;
};

void Entrance::Visitor::step() {
  if (expects_header_ && !read_header()) return;
  if (!entrance_.rules_.has_tls()) return entrance_.through(*this);
  if (!guest_.tls && !start_tls()) return;
  switch (guest_.tls->handshake()) {
    case TlsSession::Handshake::kDone:
      return entrance_.through(*this);
    case TlsSession::Handshake::kAgain:
      return;
    case TlsSession::Handshake::kFailed:
      return entrance_.refuse(*this, Refusal::kTls, guest_.tls->failure().c_str());
  }
}

/// True: read, and the client is admitted. Peeks until the header is whole: what follows it is not the entrance's.
bool Entrance::Visitor::read_header() {
  std::array<std::byte, kProxyV2Most> data{};
  const ssize_t got = ::recv(guest_.fd.get(), data.data(), data.size(), MSG_DONTWAIT | MSG_PEEK);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (got <= 0) {
    entrance_.refuse(*this, Refusal::kProxyHeader, "the proxy has gone");
    return false;
  }
  const ProxyHeader header = parse_proxy_header(std::span{data}.first(static_cast<size_t>(got)));
  switch (header.verdict) {
    case ProxyHeader::Verdict::kGood:
      return accept_header(header);
    case ProxyHeader::Verdict::kWrong:
      entrance_.refuse(*this, Refusal::kProxyHeader, "expected a PROXY header, version 1 or 2");
      return false;
    case ProxyHeader::Verdict::kMore:
      return false;
  }
  return false;
}

bool Entrance::Visitor::accept_header(const ProxyHeader& header) {
  std::array<std::byte, kProxyV2Most> data{};
  ::recv(guest_.fd.get(), data.data(), header.size, MSG_DONTWAIT);
  expects_header_ = false;
  if (header.client.valid()) {
    guest_.peer = header.client;
    guest_.proxied = true;
  }
  const Refusal refusal = entrance_.admit(&guest_);
  if (refusal == Refusal::kNone) return true;
  entrance_.refuse(*this, refusal, "");
  return false;
}

bool Entrance::Visitor::start_tls() {
  guest_.tls = TlsSession::make(*entrance_.rules_.tls(), guest_.fd.get());
  if (guest_.tls) return true;
  entrance_.refuse(*this, Refusal::kTls, "out of memory");
  return false;
}

Entrance::Entrance(NetLoop& home, EntranceRules& rules, std::shared_ptr<Limits> limits, EntranceEvents& events)
    : home_{home},
      rules_{rules},
      limits_{std::move(limits)},
      events_{events},
      serve_{loop::Deferred::of<&Entrance::serve>(this)} {}

Entrance::~Entrance() { close(); }

void Entrance::close() {
  serve_.cancel();
  ready_.splice(waiting_);
  while (!ready_.empty()) delete &ready_.front();
}

Refusal Entrance::admit(Guest* guest) {
  const Refusal refusal = limits_->admit(guest->peer);
  if (refusal == Refusal::kNone) guest->ticket = LimitTicket{limits_, guest->peer};
  return refusal;
}

void Entrance::take(Fd fd, const Address& peer) {
  Guest guest{std::move(fd), peer, {}, nullptr, false};
  const bool expects_header = rules_.trusts(peer);
  const Refusal refusal = expects_header ? Refusal::kNone : admit(&guest);
  if (refusal != Refusal::kNone) return events_.on_refused(peer, refusal, "");
  if (!expects_header && !rules_.has_tls()) return events_.on_guest(std::move(guest));
  if (!rules_.take_place() && !(make_place_for(peer) && rules_.take_place())) {
    limits_->refuse(Refusal::kHandshakes);
    return events_.on_refused(peer, Refusal::kHandshakes, "");
  }
  auto visitor = std::make_unique<Visitor>(*this, std::move(guest), expects_header);
  if (visitor->begin()) ready(*visitor.release());
}

/// The oldest are looked at: whoever comes in great number is among them in great number.
bool Entrance::make_place_for(const Address& client) {
  std::vector<Visitor*> oldest;
  std::unordered_map<Limits::Key, int> many;
  int most = 0;
  for (Visitor& visitor : waiting_) {
    if (oldest.size() == kOldest) break;
    oldest.push_back(&visitor);
    most = std::max(most, ++many[Limits::key_of(visitor.peer())]);
  }
  if (many[Limits::key_of(client)] >= most) return false;
  Visitor* loser = *std::find_if(oldest.begin(), oldest.end(),
                                 [&](const Visitor* visitor) { return many[Limits::key_of(visitor->peer())] == most; });
  refuse(*loser, Refusal::kHandshakes, "gave way to another");
  return true;
}

void Entrance::ready(Visitor& visitor) {
  ready_.push_back(visitor);
  home_.loop().defer(serve_);
}

void Entrance::serve() {
  for (int i = 0; i < kStepsPerTurn && !ready_.empty(); ++i) {
    Visitor& visitor = ready_.pop_front();
    waiting_.push_back(visitor);
    visitor.step();
  }
  if (!ready_.empty()) home_.loop().defer(serve_);
}

void Entrance::through(Visitor& visitor) {
  Guest guest = visitor.leave();
  delete &visitor;
  if (guest.tls && guest.tls->was_challenge()) {
    guest.tls->end();
    close_softly(guest.fd);
    return;
  }
  events_.on_guest(std::move(guest));
}

void Entrance::refuse(Visitor& visitor, Refusal reason, const char* detail) {
  const bool counted = reason < Refusal::kHandshakes;  // by admit()
  if (!counted) limits_->refuse(reason);
  Guest guest = visitor.leave();  // `detail` may be its session's
  delete &visitor;
  close_softly(guest.fd);
  events_.on_refused(guest.peer, reason, detail);
}

}  // namespace junctor::net
