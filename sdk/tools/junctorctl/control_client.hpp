// SPDX-License-Identifier: Apache-2.0
// The other end of the server's control socket (kernel/ops/control_socket.hpp). Blocking, one thread.
#pragma once

#include <Poco/Dynamic/Var.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace junctor::tools {

/// Something that a person has to mend; the text says what.
class ControlError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class ControlClient {
 public:
  /// Throws ControlError with the socket's name and what to do.
  explicit ControlClient(const std::string& socket_path);
  ~ControlClient();
  ControlClient(const ControlClient&) = delete;
  ControlClient& operator=(const ControlClient&) = delete;

  /// The result. Throws ControlError with the server's own text where it says no.
  Poco::Dynamic::Var ask(const std::string& command, const std::vector<std::string>& args);

  /// The next line, without its end; nothing when the server has closed the connection.
  std::optional<std::string> read_line();

 private:
  void send(const std::string& text);

  int fd_;
  std::string in_;
};

/// `{"ok": true, "result": ...}` to the result. Throws ControlError for a refusal and for what is no answer.
Poco::Dynamic::Var result_of(const std::string& line);

/// {"command": ..., "args": [...]} and a line end.
std::string request_line(const std::string& command, const std::vector<std::string>& args);

}  // namespace junctor::tools
