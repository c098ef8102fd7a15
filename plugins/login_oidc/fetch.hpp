// SPDX-License-Identifier: Apache-2.0
// Requests to a provider: one connection each, bounded in time and size, no redirects. Blocks. Any thread.
#pragma once

#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPClientSession.h>

#include <chrono>
#include <list>
#include <mutex>
#include <stdexcept>
#include <string>

namespace junctor::login_oidc {

using Clock = std::chrono::steady_clock;

/// The provider cannot be asked, or gives no answer that is one.
class Unavailable : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Request {
  std::string url;
  std::string form;           ///< not empty: POST
  std::string authorization;  ///< "Basic ...", "Bearer ..."; empty: none
};

struct Response {
  int status = 0;
  std::string type;  ///< without parameters
  std::string body;
};

class Fetcher {
 public:
  explicit Fetcher(std::chrono::milliseconds timeout) : timeout_{timeout} {}

  /// `ca_file`: authorities in place of the system's; empty: those. Throws Unavailable.
  Response send(const Request& request, const std::string& ca_file);
  /// [any] Ends requests that take longer than their time, which a server that drips can make them. Call each second.
  void end_overdue();
  /// [any] Ends what is under way, and all that comes.
  void abort();

 private:
  struct UnderWay {
    Poco::Net::HTTPClientSession* session;
    bool is_tls;
    Clock::time_point end;
  };
  static void end(const UnderWay& one);
  class Listed;

  const std::chrono::milliseconds timeout_;
  std::mutex mutex_;
  std::list<UnderWay> under_way_;  // guarded by mutex_, as is aborted_
  bool aborted_ = false;
};

}  // namespace junctor::login_oidc
