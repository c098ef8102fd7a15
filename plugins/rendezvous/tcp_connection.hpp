// SPDX-License-Identifier: Apache-2.0
// One connection to P/TCP or P-1/TCP: frames in, frames out. Lives on its stream's loop; its listener owns it.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "junctor/net.hpp"
#include "signal_service.hpp"
#include "wire/frame.hpp"

namespace junctor::rendezvous {

class TcpConnection {
 public:
  /// `scratch` is the loop's, for frames on their way out.
  TcpConnection(const Host& host, SignalService& signal, const Traffic& traffic, KindSet served, size_t message_max,
                std::string& scratch);
  ~TcpConnection();
  TcpConnection(const TcpConnection&) = delete;
  TcpConnection& operator=(const TcpConnection&) = delete;

  /// Called last, from on_close: it may destroy this object.
  void on_gone(std::function<void()> gone) { gone_ = std::move(gone); }
  /// False when there is no room for it: destroy it then.
  bool open(Stream stream, const jct_conn_info& info, Duration silence);

  // ---- what the stream calls ----
  const Host& host() const { return host_; }
  size_t on_data(std::string_view data);
  void on_writable() {}
  void on_end() { shut(); }
  void on_close(jct_status reason);

 private:
  static const jct_transport& transport();
  jct_status send(std::string_view message);
  jct_status send_frame(std::string_view payload);
  void shut();

  const Host& host_;
  SignalService& signal_;
  const Traffic& traffic_;
  const KindSet served_;
  std::string& scratch_;
  std::function<void()> gone_;
  Stream stream_;
  jct_channel channel_{};
  wire::FrameDecoder decoder_;
  size_t echoes_ = 0;  // heartbeats to send when on_data is through: a segment full of them costs one send
  bool reading_ = false;
  bool shut_ = false;
};

}  // namespace junctor::rendezvous
