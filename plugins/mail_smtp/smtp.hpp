// SPDX-License-Identifier: Apache-2.0
// One mail to one server. Blocks: for a thread of its own.
#pragma once

#include <Poco/Net/StreamSocket.h>

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>

#include "mail.hpp"

namespace junctor::mail_smtp {

enum class Security : uint8_t { kStartTls, kTls, kNone };

struct Server {
  std::string host;
  uint16_t port = 587;
  Security security = Security::kStartTls;
  std::string account, password;  ///< empty: nobody logs in
  std::string ca_file;            ///< empty: the system's
  bool verify = true;
  std::string from, from_name;
  std::chrono::seconds timeout{30};
};

/// In words. `again`: another try may help.
struct Failed : std::runtime_error {
  Failed(const std::string& why, bool may_try_again) : std::runtime_error{why}, again{may_try_again} {}
  bool again;
};

/// Throws Failed. `opened` is told of the socket, so that it can be shut from elsewhere.
void deliver(const Server& server, const Mail& mail, const std::function<void(const Poco::Net::StreamSocket&)>& opened);

}  // namespace junctor::mail_smtp
