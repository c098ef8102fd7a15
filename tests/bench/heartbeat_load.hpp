// SPDX-License-Identifier: Apache-2.0
// RegisterPeer to a server, or to an echo, from some sockets: as much as will go, at a pace, or one at a time. What is
// sent is the same for every subject. One thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "timing.hpp"
#include "udp_batch.hpp"
#include "wire/socket.hpp"

namespace junctor::bench {

/// A UDP socket with this peer and room for bursts.
wire::Socket datagrams_to(const wire::Address& server);

struct BeatCount {
  uint64_t sent = 0;
  uint64_t answered = 0;
  uint64_t unknown = 0;  ///< among them: the server wants the peer to register
  double seconds = 0;
};

class HeartbeatLoad {
 public:
  /// In turn for `peers` ids, far apart from one to the next, so that no cache helps. Each has a socket of its own, as
  /// each device has an address: a server asks one that moves to prove itself.
  HeartbeatLoad(const wire::Address& server, size_t sockets, size_t peers);

  /// `window` under way at any time; after 100 ms without any answer they are lost and make room.
  BeatCount saturate(size_t window, Seconds time);
  /// `rate` a second on average, at random moments (Poisson), the same ones for every subject.
  BeatCount pace(double rate, Seconds time);
  /// Each when the one before is answered, from one socket: microseconds of each, 100 ms of one that is lost.
  std::vector<double> one_by_one(Seconds time);
  /// Of a server that is about to start. Throws where none comes.
  void wait_first_answer(Seconds patience);
  /// Peers `from` to `to` - 1 until each has been answered: then the server has them in memory. Throws where it does
  /// not know them.
  void bring_online(size_t from, size_t to);

 private:
  struct Way {
    wire::Socket socket;
    size_t under_way = 0;
    size_t peer;  ///< the last one sent for
  };

  size_t next_peer(Way& way) const;
  void write_beat(size_t place, size_t peer);
  void send_next(Way& way, size_t count);
  /// What has come, without waiting.
  size_t receive(Way& way);
  size_t receive_all();
  /// False where nothing comes in time.
  bool wait(std::chrono::milliseconds patience);
  /// The answers that are still under way.
  void collect();
  void try_chunk(size_t from, size_t to);
  void send_share(size_t way, size_t from, size_t to);

  UdpBatch out_{false};
  UdpBatch in_{false};
  std::string beat_;
  size_t id_at_ = 0;  ///< where the id stands in `beat_`
  size_t peers_;
  size_t step_;  ///< in peers of one socket
  std::vector<Way> ways_;
  wire::Socket epoll_;
  BeatCount count_;
};

}  // namespace junctor::bench
