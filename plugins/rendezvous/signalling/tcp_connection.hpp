// SPDX-License-Identifier: Apache-2.0
// One connection to P/TCP or P-1/TCP: frames in, frames out. Lives on its stream's loop; its listener owns it.
#pragma once

#include <list>
#include <string>
#include <string_view>

#include "junctor/net.hpp"
#include "signalling/read_turns.hpp"
#include "signalling/security.hpp"
#include "signalling/signal_service.hpp"
#include "wire/frame.hpp"

namespace junctor::rendezvous {

/// What the connections of one loop share.
struct TcpLoop {
  const Host& host;
  SignalService& signal;
  const Traffic& traffic;
  const Settings& settings;
  ReadTurns turns;
  std::string opened, sealed, frame;  // a message on its way in, and one on its way out
};

class TcpConnection final : private ReadTurns::Member {
 public:
  /// What a listener gives to its connections. `offer`: null where none is made.
  struct Terms {
    KindSet served;
    size_t message_max;
    std::shared_ptr<const Offer> offer;
  };
  TcpConnection(TcpLoop& loop, const Terms& terms);
  ~TcpConnection();
  TcpConnection(const TcpConnection&) = delete;
  TcpConnection& operator=(const TcpConnection&) = delete;

  /// False when there is no room for it: destroy it then. `list` holds it at `place`; when the stream closes it takes
  /// itself out.
  using List = std::list<TcpConnection>;
  bool open(Stream stream, const jct_conn_info& info, List& list, List::iterator place);

  // ---- what the stream calls ----
  const Host& host() const { return loop_.host; }
  size_t on_data(std::string_view data);
  void on_writable() {}
  void on_end() { shut(); }
  void on_close(jct_status reason);

 private:
  /// Over its limit it is not read for a while; so often in a row, then it is closed.
  static constexpr uint8_t kMostHolds = 3;

  static const jct_transport& transport();
  void go_on() override { stream_.resume(); }
  std::string_view take_some(std::string_view data);
  void take(std::string_view payload);
  bool within_limits();
  void hold_back();
  void refuse(Refusal why);
  jct_status send(std::string_view message);
  void shut();

  TcpLoop& loop_;
  const KindSet served_;
  List* list_ = nullptr;
  List::iterator place_;
  Stream stream_;
  jct_handle handle_ = 0;  // of the channel
  wire::FrameDecoder decoder_;
  Security security_;
  Duration free_at_{};  // of its own limit: when all its room is back
  size_t echoes_ = 0;   // heartbeats to send when on_data is through: a segment full of them costs one send
  bool reading_ = false;
  bool shut_ = false;
  uint8_t holds_ = 0;  // in a row
};

}  // namespace junctor::rendezvous
