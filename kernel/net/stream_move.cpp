// SPDX-License-Identifier: Apache-2.0
// A stream leaves its loop: for another one, or into a bridge. Departs on the old loop, arrives on the new one.
#include <utility>

#include "net/stream.hpp"

namespace junctor::net {

Status Stream::migrate(NetLoop& target, loop::Task arrived) {
  if (const Status status = usable(); status != Status::kOk) return status;
  if (state_ == State::kConnecting) return Status::kState;
  move_ = std::make_unique<Move>(Move{&target, std::move(arrived)});
  state_ = State::kMoving;
  later();
  return Status::kOk;
}

void Stream::depart() {
  NetLoop* const from = home_.load(std::memory_order_relaxed);
  from->count().migrated.add();
  if (watched_) from->loop().unwatch(fd_.get(), this);
  watched_ = false;
  part();
  home_.store(nullptr, std::memory_order_release);
  struct Lost {
    void operator()(Stream* stream) const { stream->lost(); }
  };
  // The task owns the stream: dropped unrun, it still tells its end.
  std::unique_ptr<Stream, Lost> passenger{this};
  loop::EventLoop& to = move_->target->loop();
  to.post([stream = std::move(passenger)]() mutable { stream.release()->arrive(); });
}

void Stream::arrive() {
  const std::unique_ptr<Move> move = std::exchange(move_, nullptr);
  state_ = State::kOpen;
  give_unread_ = !in_.empty();
  calling_ = true;
  enter(*move->target);
  if (move->arrived) move->arrived();
  calling_ = false;
  arm_idle();
  later();
}

void Stream::lost() {
  state_ = State::kFinished;
  move_->arrived.reset();
  if (StreamEvents* const events = std::exchange(events_, nullptr)) events->on_close(*this, Status::kClosed);
  delete this;
}

StreamRemains Stream::dismantle() {
  StreamRemains remains;
  part();
  remains.fd = std::move(fd_);
  remains.interest = watched_ ? kInterest : 0;
  remains.ticket = std::move(ticket_);
  remains.tls = std::move(tls_);
  remains.unread = std::move(in_);
  out_.erase(out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(out_head_));
  remains.unsent = std::move(out_);
  remains.ended = ended_;
  remains.half_closed = shut_asked_;
  remains.broken = broken_;
  delete this;
  return remains;
}

}  // namespace junctor::net
