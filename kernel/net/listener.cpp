// SPDX-License-Identifier: Apache-2.0
// Accepting. The group belongs to [control], each acceptor to its loop.
#include "net/listener.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>

namespace junctor::net {

namespace {

/// An accept of an empty queue makes a socket and throws it away, 4 us of it; asking first is a tenth of that.
bool has_guests(int fd) {
  pollfd asked{fd, POLLIN, 0};
  return ::poll(&asked, 1, 0) > 0;
}

}  // namespace

/// The listening sockets of one group on one loop.
class ListenerGroup::Acceptor final : private EntranceEvents {
 public:
  Acceptor(ListenerGroup& group, NetLoop& home)
      : group_{group},
        home_{home},
        entrance_{home, group.entrance_, group.limits_, *this},
        resume_{loop::Timer::of<&Acceptor::resume>(this)} {}

  NetLoop& home() { return home_; }
  void add(std::shared_ptr<BoundSocket> socket) {
    set_tcp_options(socket->fd.get(), group_.options_.stream);
    auto& door = doors_.emplace_back(std::make_unique<Door>());
    door->owner = this;
    door->socket = std::move(socket);
  }
  void start();
  void stop();

 private:
  struct Door final : loop::FdHandler {
    void on_fd(uint32_t /*events*/) override { owner->accept_some(*this); }
    Acceptor* owner = nullptr;
    std::shared_ptr<BoundSocket> socket;
  };
  enum class Next : uint8_t { kGoOn, kEmpty, kPause };

  void accept_some(Door& door);
  void pause();
  Next accept_one(Door& door);
  Next accept_failed(int error, Door& door);
  void shed(Door& door);
  void on_guest(Guest guest) override;
  void on_refused(const Address& peer, Refusal reason, const char* detail) override {
    group_.events_.on_refused(group_, peer, reason, detail);
  }
  void watch(bool on);
  void resume();

  ListenerGroup& group_;
  NetLoop& home_;
  Entrance entrance_;
  std::vector<std::unique_ptr<Door>> doors_;
  loop::Timer resume_;
  bool running_ = false;
  bool paused_ = false;
  bool stopped_ = false;
};

void ListenerGroup::Acceptor::watch(bool on) {
  for (auto& door : doors_) {
    const int fd = door->socket->fd.get();
    if (on) {
      home_.loop().watch(fd, EPOLLIN, door.get());
    } else {
      home_.loop().unwatch(fd, door.get());
    }
  }
}

void ListenerGroup::Acceptor::start() {
  if (running_ || stopped_) return;
  running_ = true;
  watch(true);
}

void ListenerGroup::Acceptor::stop() {
  home_.loop().assert_here();
  if (running_ && !paused_) watch(false);
  resume_.cancel();
  entrance_.close();
  running_ = paused_ = false;
  stopped_ = true;  // a start() that was posted earlier may come yet
}

void ListenerGroup::Acceptor::resume() {
  paused_ = false;
  home_.restore_spare();
  watch(true);
}

void ListenerGroup::Acceptor::accept_some(Door& door) {
  for (uint32_t i = 0; i < group_.options_.accepts_per_turn && running_; ++i) {
    if (group_.closed_.load(std::memory_order_relaxed)) return;  // the queue is for whoever gets the sockets next
    const Next next = accept_one(door);
    if (next == Next::kPause) return pause();
    if (next == Next::kEmpty || !has_guests(door.socket->fd.get())) return;
  }
}

/// Level-triggered and not to be satisfied: without a pause the loop would spin.
void ListenerGroup::Acceptor::pause() {
  if (!running_ || paused_) return;
  paused_ = true;
  home_.count().accept_pauses.add();
  watch(false);
  home_.loop().start(resume_, group_.options_.shed_pause);
}

ListenerGroup::Acceptor::Next ListenerGroup::Acceptor::accept_one(Door& door) {
  if (NetLoop::shedding()) return Next::kPause;
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  Fd fd{::accept4(door.socket->fd.get(), reinterpret_cast<sockaddr*>(&storage), &size, SOCK_NONBLOCK | SOCK_CLOEXEC)};
  if (!fd) return accept_failed(errno, door);
  entrance_.take(std::move(fd), Address::from(reinterpret_cast<const sockaddr*>(&storage), size));
  return Next::kGoOn;
}

ListenerGroup::Acceptor::Next ListenerGroup::Acceptor::accept_failed(int error, Door& door) {
  switch (error) {
    case EAGAIN:
      return Next::kEmpty;
    case EMFILE:
    case ENFILE:
      shed(door);
      return Next::kPause;
    case ENOBUFS:
    case ENOMEM:
      return Next::kPause;
    default:  // of the one connection: it was reset in the queue, or a firewall forbids it
      if (error != EINTR) home_.count().accept_failed.add();
      return Next::kGoOn;
  }
}

void ListenerGroup::Acceptor::shed(Door& door) {
  if (!home_.drop_spare()) return home_.restore_spare();
  for (uint32_t i = 0; i < group_.options_.accepts_per_turn; ++i) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    Fd fd{::accept4(door.socket->fd.get(), reinterpret_cast<sockaddr*>(&storage), &size, SOCK_NONBLOCK | SOCK_CLOEXEC)};
    if (!fd) break;
    const Address peer = Address::from(reinterpret_cast<const sockaddr*>(&storage), size);
    if (i == 0 && home_.make_room_for(peer)) {  // the one that makes room is closed by the time we accept again
      entrance_.take(std::move(fd), peer);
      break;
    }
    home_.count().shed.add();
  }
  home_.take_back_spare();
}

void ListenerGroup::Acceptor::on_guest(Guest guest) {
  home_.count().accepted.add();
  Stream* stream = Stream::adopt(home_, std::move(guest.fd), guest.peer, group_.options_.stream,
                                 std::move(guest.ticket), std::move(guest.tls));
  if (guest.proxied) stream->mark_proxied();
  group_.events_.on_accept(group_, *stream);
  if (!stream->attached()) stream->abort();
}

void AcceptEvents::on_refused(ListenerGroup& /*listener*/, const Address& /*peer*/, Refusal /*reason*/,
                              const char* /*detail*/) {}

ListenerGroup::ListenerGroup(SocketStore& store, std::vector<NetLoop*> loops, std::span<const Address> addresses,
                             const ListenOptions& options, AcceptEvents& events)
    : options_{options},
      events_{events},
      limits_{std::make_shared<Limits>(options.limits)},
      entrance_{options.entrance},
      held_{store} {
  for (NetLoop* home : loops) acceptors_.push_back(std::make_shared<Acceptor>(*this, *home));
  for (const Address& address : addresses) {
    SocketRequest request;
    request.address = address;
    request.sockets = static_cast<uint32_t>(loops.size());
    request.backlog = options.backlog;
    held_.open(request);
  }
  held_.deal(acceptors_);
}

ListenerGroup::~ListenerGroup() = default;

void ListenerGroup::start() { start_members(acceptors_); }
void ListenerGroup::close() {
  closed_.store(true, std::memory_order_relaxed);
  stop_members(acceptors_);
}
void ListenerGroup::release() { held_.release(); }

}  // namespace junctor::net
