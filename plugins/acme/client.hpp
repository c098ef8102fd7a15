// SPDX-License-Identifier: Apache-2.0
// HTTPS to an authority: one connection a request, bounded in time and size. Blocks; one thread at a time, but abort().
#pragma once

#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPSClientSession.h>

#include <chrono>
#include <mutex>
#include <string>

#include "authority.hpp"

namespace junctor::acme {

class Client {
 public:
  /// `ca_file`: PEM of authorities that are trusted beside the system's; empty: none. Throws Poco::Exception.
  Client(const std::string& ca_file, std::chrono::seconds timeout);

  /// Throws Failure.
  Response send(const Request& request);
  /// [any] What is under way fails, and all that comes.
  void abort();

 private:
  Poco::Net::Context::Ptr context_;
  const std::chrono::seconds timeout_;
  std::mutex mutex_;
  Poco::Net::HTTPSClientSession* under_way_ = nullptr;
  bool aborted_ = false;
};

}  // namespace junctor::acme
