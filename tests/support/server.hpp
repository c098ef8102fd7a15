// SPDX-License-Identifier: Apache-2.0
// The real daemon as a process, in a directory and a block of ports of its own. One thread.
//
//   Server server;
//   server.conf("10-probe", "[probe]\nlisten = \":P\"\n");
//   server.start();
//   LineClient client{"127.0.0.1", server.port()};
#pragma once

#include <Poco/Dynamic/Var.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/ports.hpp"
#include "support/process.hpp"
#include "support/scale.hpp"
#include "support/temp_dir.hpp"

namespace junctor::testing {

/// What the control socket said.
struct Answer {
  bool ok = false;
  std::string error;  ///< when not ok
  Poco::Dynamic::Var result;
  std::string text;  ///< the whole line

  /// Throw where the result is something else.
  Poco::JSON::Object::Ptr object() const { return result.extract<Poco::JSON::Object::Ptr>(); }
  std::vector<Poco::JSON::Object::Ptr> rows() const;
  /// The first row whose `key` is `value`; null when there is none.
  Poco::JSON::Object::Ptr row(const std::string& key, const std::string& value) const;
};

struct ServerOptions {
  std::string plugin_dir = JUNCTOR_TEST_PLUGINS;
  std::string kernel;                ///< more lines of [kernel]: "drain_timeout = \"2s\"\n"
  std::vector<std::string> args;     ///< more of the command line
  std::vector<std::string> wrapper;  ///< stands before it: {"prlimit", "--nofile=64"}
  int workers = 2;
};

class Server {
 public:
  explicit Server(ServerOptions options = {});
  /// Kills it when it still runs. A sanitizer's report in its log is printed and ends the test program with code 1.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// P + offset, -2 to 3. Base port of the site: `[kernel] base_port` is set to it.
  uint16_t port(int offset = 0) const { return static_cast<uint16_t>(ports_.base() + offset); }
  const std::string& dir() const { return dir_.path(); }
  /// May exist before the first start: TempDir's write() makes it.
  std::string data_dir() const { return dir_.file("data"); }
  std::string config_file() const { return dir_.file("etc/junctor.toml"); }
  const TempDir& files() const { return dir_; }

  /// Writes or removes etc/conf.d/NAME.toml.
  void conf(const std::string& name, const std::string& text) const;
  void remove_conf(const std::string& name) const;
  /// More lines of [kernel], instead of those of the options; from the next start or reload on.
  void kernel(const std::string& lines);
  /// What stands before it from the next start on.
  void wrap(std::vector<std::string> wrapper) { options_.wrapper = std::move(wrapper); }
  /// Arguments such as --check for run_junctord, with this server's configuration.
  std::vector<std::string> arguments(const std::vector<std::string>& more = {}) const;

  /// Starts it and waits for event=server.ready. Throws with the log when it ends or the deadline passes.
  void start();
  /// Starts it and does not wait.
  void launch();
  bool running() { return process_ && process_->running(); }
  pid_t pid() const { return process_->pid(); }
  double cpu_seconds() const { return process_->cpu_seconds(); }
  void signal(int number) const { process_->signal(number); }
  /// The exit code (128 + signal when killed); nothing when it still runs at the deadline.
  std::optional<int> wait_exit(Millis patience = kPatience) { return process_->wait(patience); }
  /// kill -9, and waits until it is gone.
  void kill();
  /// SIGTERM, and another one when connections that are still open hold the drain up for longer than `drain`. The exit
  /// code. Throws when it does not stop.
  int stop(Millis drain = Millis{300});
  void restart();

  /// One command over a connection of its own. Throws when nobody answers.
  Answer ctl(const std::string& command, const std::vector<std::string>& args = {});
  std::string control_path() const { return data_dir() + "/junctord.sock"; }
  /// Throws the reason when the reload was refused.
  void reload();

  /// Standard error of all starts.
  std::string log() const { return read_file(dir_.file("log")); }
  /// True as soon as `text` is in what was logged since the last mark_log().
  bool log_has(const std::string& text, Millis patience = kPatience);
  /// Of a line that has both.
  bool log_has(const std::string& text, const std::string& also, Millis patience = kPatience);
  void mark_log() { mark_ = log().size(); }

 private:
  void write_kernel() const;
  std::string new_log() const;

  ServerOptions options_;
  TempDir dir_;
  PortBlock ports_;
  size_t mark_ = 0;
  std::unique_ptr<Process> process_;
};

}  // namespace junctor::testing
