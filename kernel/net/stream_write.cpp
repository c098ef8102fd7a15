// SPDX-License-Identifier: Apache-2.0
// How bytes leave a stream, and where TLS stands. Lives on the stream's loop.
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "net/stream.hpp"

namespace junctor::net {

namespace {

/// The largest single send into an empty queue where the high mark is lower.
constexpr size_t kLargestSend = 1024 * 1024;

}  // namespace

/// The one place where bytes leave, by `write` as the system has it.
template <class Write>
ssize_t Stream::write_counted(Write write) {
  ssize_t put = 0;
  do {
    put = write();
  } while (put < 0 && errno == EINTR);
  if (put > 0) home_.load(std::memory_order_relaxed)->count().bytes_out.add(static_cast<size_t>(put));
  return put;
}

ssize_t Stream::write_some(std::span<const std::byte> from) {
  return write_counted([&] {
    return tls_ ? tls_->write(from) : ::send(fd_.get(), from.data(), from.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  });
}

/// As write_some; an error only where nothing at all was taken.
ssize_t Stream::write_pieces(Pieces pieces) {
  if (pieces.size() == 1) return write_some(pieces[0]);
  if (tls_) return write_in_turn(pieces);
  std::array<iovec, kMostPieces> parts;
  std::transform(pieces.begin(), pieces.end(), parts.begin(), [](std::span<const std::byte> piece) {
    return iovec{const_cast<std::byte*>(piece.data()), piece.size()};
  });
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = pieces.size();
  return write_counted([&] { return ::sendmsg(fd_.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL); });
}

ssize_t Stream::write_in_turn(Pieces pieces) {
  ssize_t sum = 0;
  for (const auto piece : pieces) {
    if (piece.empty()) continue;
    const ssize_t put = write_some(piece);
    if (put < 0) return sum > 0 && errno == EAGAIN ? sum : put;
    sum += put;
    if (static_cast<size_t>(put) < piece.size()) break;
  }
  return sum;
}

Status Stream::send(Pieces pieces) {
  if (const Status status = usable(); status != Status::kOk) return status;
  if (shut_asked_) return Status::kClosed;
  if (broken_) return Status::kReset;
  size_t size = 0;
  for (const auto piece : pieces) size += piece.size();
  const size_t before = queued();
  if (pieces.size() > kMostPieces || size > std::max<size_t>(send_high_, kLargestSend)) return Status::kLimit;
  if (before != 0 && before + size > send_high_) {
    want_writable_ = true;
    home_.load(std::memory_order_relaxed)->count().send_again.add();
    return Status::kAgain;
  }
  size_t sent = 0;
  if (before == 0 && state_ == State::kOpen) {
    const ssize_t put = write_pieces(pieces);
    if (put < 0 && errno != EAGAIN) {
      write_failed(errno);
      return Status::kReset;
    }
    sent = put > 0 ? static_cast<size_t>(put) : 0;
  }
  for (const auto piece : pieces) {
    const auto rest = piece.subspan(std::min(sent, piece.size()));
    sent -= piece.size() - rest.size();
    out_.insert(out_.end(), rest.begin(), rest.end());
  }
  return Status::kOk;
}

Status Stream::end() {
  if (const Status status = usable(); status != Status::kOk) return status;
  shut_asked_ = true;
  if (state_ == State::kOpen && queued() == 0) after_flush();
  return Status::kOk;
}

void Stream::flush() {
  while (queued() != 0) {
    const ssize_t put = write_some(std::span{out_}.subspan(out_head_));
    if (put < 0) {
      if (errno != EAGAIN) return write_failed(errno);
      break;
    }
    out_head_ += static_cast<size_t>(put);
  }
  if (queued() == 0) {
    drop_queue();
  } else if (out_head_ >= out_.size() / 2) {
    out_.erase(out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(out_head_));
    out_head_ = 0;
  }
  after_flush();
}

void Stream::after_flush() {
  if (want_writable_ && queued() <= send_low_) {
    want_writable_ = false;
    writable_due_ = true;
  }
  if (queued() != 0) return;
  if (state_ == State::kClosing) {
    if (end_written()) finish(reason_);
    return;
  }
  if (shut_asked_ && !shut_done_ && end_written()) {
    shut_done_ = true;
    ::shutdown(fd_.get(), SHUT_WR);
    end_if_both_done();
  }
}

/// Something waits for the socket to take more.
bool Stream::output_due() const { return queued() != 0 || state_ == State::kClosing || (shut_asked_ && !shut_done_); }

/// Before a FIN: what TLS has to say first is out. False: when the socket takes more.
bool Stream::end_written() { return !tls_ || tls_->end(); }

void Stream::end_if_both_done() {
  if (ended_ && end_told_ && shut_done_ && state_ == State::kOpen) finish(Status::kOk);
}

void Stream::drop_queue() {
  std::vector<std::byte>{}.swap(out_);
  out_head_ = 0;
}

void Stream::write_failed(int error) {
  broken_ = true;
  drop_queue();
  if (state_ == State::kClosing) return finish(reason_);
  if (error != EPIPE && error != ECONNRESET && error != ETIMEDOUT) return finish(Status::kIo);
  // What the peer sent before its reset is still to be read; then reading finds the end.
  readable_ = end_hint_ = error_hint_ = true;
  later();
}

}  // namespace junctor::net
