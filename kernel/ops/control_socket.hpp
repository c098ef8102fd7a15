// SPDX-License-Identifier: Apache-2.0
// The Unix socket that junctorctl talks to: one JSON object a line each way. Lives on the control loop.
//   -> {"command": "peers", "args": ["123456789"]}
//   <- {"ok": true, "result": ...}      or {"ok": false, "error": "..."}
// `events` keeps the connection and sends a line for each event.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>

#include "loop/event_loop.hpp"
#include "ops/commands.hpp"
#include "ops/log.hpp"

namespace junctor::ops {

class ControlSocket {
 public:
  /// Throws std::runtime_error with the reason and the mend. A socket file left by a dead server is replaced. Mode
  /// 0660.
  ControlSocket(loop::EventLoop& loop, Log& log, Commands& commands, const std::string& path);
  ~ControlSocket();
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;

 private:
  class Client;
  struct Acceptor final : loop::FdHandler {
    explicit Acceptor(ControlSocket& the_owner) : owner{the_owner} {}
    void on_fd(uint32_t) override { owner.accept_all(); }
    ControlSocket& owner;
  };
  /// Requests that nobody answers in this time are told so.
  static constexpr std::chrono::seconds kAnswerTimeout{10};
  static constexpr std::chrono::milliseconds kAcceptPause{100};
  static constexpr size_t kMaxClients = 64;
  static constexpr size_t kMaxRequest = 64 * 1024;
  /// A reader that lags behind by more loses its connection.
  static constexpr size_t kMaxQueued = 16 * 1024 * 1024;

  void accept_all();
  void pause();
  void resume();
  void drop(Client* client);

  loop::EventLoop& loop_;
  Log& log_;
  Commands& commands_;
  const std::string path_;
  int fd_ = -1;
  int spare_ = -1;  ///< given up for a client when descriptors have run out
  loop::Timer resume_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  ///< for what was posted to the loop
  Acceptor acceptor_{*this};
  std::list<std::shared_ptr<Client>> clients_;
};

}  // namespace junctor::ops
