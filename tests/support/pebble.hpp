// SPDX-License-Identifier: Apache-2.0
// Debian's pebble, an authority for tests, with the name server that its checks ask. One thread.
#pragma once

#include <memory>
#include <string>

#include "support/certificate.hpp"
#include "support/ports.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace junctor::testing {

struct PebbleShape {
  bool checks = true;       ///< else every challenge is taken for solved
  uint16_t http_port = 80;  ///< where it looks at names: all of them are 127.0.0.1
  uint16_t tls_port = 443;
  bool wants_binding = false;  ///< of an account: kid-1 with kBindingKey
  int refused_nonces = 0;      ///< per cent
  int life = 7'776'000;        ///< seconds that certificates are good for
};

class Pebble {
 public:
  static constexpr const char* kBindingKey = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";

  static bool is_installed();

  explicit Pebble(const PebbleShape& shape = {});

  std::string directory_url() const { return "https://localhost:" + std::to_string(ports_.base()) + "/dir"; }
  /// PEM of who vouches for the directory's server.
  std::string ca_file() const { return dir_.file("ca.pem"); }
  /// It forgets everything.
  void kill() { process_.reset(); }
  /// Waits until it answers.
  void start();

 private:
  PebbleShape shape_;
  TempDir dir_;
  PortBlock ports_;
  std::unique_ptr<Process> names_;
  std::unique_ptr<Process> process_;
};

}  // namespace junctor::testing
