// SPDX-License-Identifier: Apache-2.0
// How bytes enter a stream. read_some is the one place where they do, and where TLS stands. Lives on the stream's loop.
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "net/stream.hpp"

namespace junctor::net {

namespace {

/// What a leftover grows by at least when more is read behind it.
constexpr size_t kGrow = 4096;
constexpr int kDrainRounds = 16;

Status read_status(int error) {
  switch (error) {
    case 0:
    case ECONNRESET:
    case EPIPE:
      return Status::kReset;
    case ETIMEDOUT:
      return Status::kTimeout;
    case TlsSession::kTruncated:
      return Status::kTruncated;
    default:
      return Status::kIo;
  }
}

}  // namespace

ssize_t Stream::read_some(std::span<std::byte> into) {
  if (tls_ && !ended_) return tls_->read(into);
  ssize_t got = 0;
  if (tls_) {  // behind close_notify nothing is taken; a reset still counts
    got = ::recv(fd_.get(), nullptr, NetLoop::kScratch, MSG_DONTWAIT | MSG_TRUNC);
    if (got > 0) errno = EAGAIN;
    return got > 0 ? -1 : got;
  }
  do {
    got = ::recv(fd_.get(), into.data(), into.size(), MSG_DONTWAIT);
  } while (got < 0 && errno == EINTR);
  return got;
}

void Stream::read_once() {
  NetLoop& home = *home_.load(std::memory_order_relaxed);
  const size_t kept = in_.size();
  const size_t room = receive_buffer_ - std::min<size_t>(kept, receive_buffer_);
  std::span<std::byte> into = home.scratch().first(std::min(room, NetLoop::kScratch));
  if (kept != 0) {
    // Behind the leftover, so that all unread bytes lie in one piece.
    in_.resize(kept + std::min(room, std::max(kept, kGrow)));
    into = std::span{in_}.subspan(kept);
  }
  if (into.empty()) {  // the owner has left it full before: once more, then deliver() closes
    deliver(in_);
    return;
  }
  const ssize_t got = read_some(into);
  const int error = errno;
  const size_t size = got > 0 ? static_cast<size_t>(got) : 0;
  if (kept != 0) in_.resize(kept + size);
  if (got <= 0) {
    readable_ = false;
    if (got == 0 || error != EAGAIN) read_ended(got == 0 ? 0 : error);
    return;
  }
  // A short read has emptied the queue, and what comes later raises a new edge; an end already seen does not.
  if (tls_ ? tls_->drained() : size < into.size() && !end_hint_) readable_ = false;
  last_in_ = home.loop().now();
  home.count().bytes_in.add(size);
  deliver(kept != 0 ? std::span<const std::byte>{in_} : std::span<const std::byte>{into.first(size)});
}

void Stream::deliver(std::span<const std::byte> data) {
  const bool ours = data.data() == in_.data();
  size_t consumed = 0;
  calling_ = true;
  const Status status = events_->on_data(*this, data, consumed);
  calling_ = false;
  consumed = std::min(consumed, data.size());
  const size_t left = data.size() - consumed;
  if (left == 0) {
    std::vector<std::byte>{}.swap(in_);
  } else if (ours) {
    in_.erase(in_.begin(), in_.begin() + static_cast<std::ptrdiff_t>(consumed));
  } else {
    in_.assign(data.begin() + static_cast<std::ptrdiff_t>(consumed), data.end());
  }
  if (status < Status::kOk) {
    close(status);
  } else if (consumed == 0 && left >= receive_buffer_ && state_ == State::kOpen && !paused_ && !give_unread_) {
    home_.load(std::memory_order_relaxed)->count().receive_full.add();
    abort(Status::kLimit);
  }
}

void Stream::read_ended(int error) {
  readable_ = false;
  if (error == 0 && !broken_) {
    ended_ = true;
  } else {
    broken_ = true;
    finish(read_status(error));
  }
}

void Stream::tell_end() {
  end_told_ = true;
  calling_ = true;
  const Status status = events_->on_end(*this);
  calling_ = false;
  if (status < Status::kOk) {
    close(status);
  } else {
    end_if_both_done();
  }
}

bool Stream::discard_input() {
  for (int round = 0; round < kDrainRounds; ++round) {
    // With MSG_TRUNC TCP throws the bytes away without copying them.
    const ssize_t got = ::recv(fd_.get(), nullptr, NetLoop::kScratch, MSG_DONTWAIT | MSG_TRUNC);
    if (got == 0) return false;
    if (got < 0) return errno == EAGAIN || errno == EINTR;
  }
  later();
  return true;
}

}  // namespace junctor::net
