// SPDX-License-Identifier: Apache-2.0
// API heartbeats as clients send them (http-api.md 1.3, 3.1): a POST on a connection of its own, or one after the other
// on connections that stay; plain or TLS. One thread.
#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "timing.hpp"
#include "wire/address.hpp"
#include "wire/socket.hpp"

namespace junctor::bench {

/// How calls reach the server.
struct HttpShape {
  bool tls = false;
  bool resumes = false;  ///< a TLS session from an earlier call
  bool keeps = false;    ///< the connection stays for the next call
};

struct HttpResult {
  double seconds = 0;
  size_t answered = 0;
  size_t failed = 0;          ///< no 200, or not within five seconds
  size_t resumed = 0;         ///< TLS sessions that the server took up again
  std::vector<double> times;  ///< microseconds, from the connection's begin (of one that stays: the request's)
};

class HttpLoad {
 public:
  /// `requests`: whole ones, sent in turn.
  HttpLoad(const wire::Address& server, HttpShape shape, std::vector<std::string> requests);
  ~HttpLoad();
  HttpLoad(const HttpLoad&) = delete;
  HttpLoad& operator=(const HttpLoad&) = delete;

  /// As many as will go, `at_once` of them under way.
  HttpResult run(Seconds time, size_t at_once);
  /// So many a second, however long each takes.
  HttpResult pace(double rate, Seconds time);
  /// Opens connections, has each answer a call, and leaves them open until this object goes. Throws where one fails.
  void rest(size_t count);

 private:
  struct Call;
  /// Of OpenSSL's last call on a connection, or of a socket's.
  enum class Step { kDone, kWaits, kFailed };

  void begin();
  Step advance(Call& call);
  Step write_request(Call& call);
  Step read_answer(Call& call);
  Step judged(Call& call, int result);
  void turn(int timeout_ms, HttpResult& result);
  bool finish(Call& call, bool good, HttpResult& result);
  void drop_late(HttpResult& result);
  void close_all();
  const std::string& next_request() { return requests_[turn_++ % requests_.size()]; }
  static int keep_session(SSL* ssl, SSL_SESSION* session);

  const wire::Address server_;
  const HttpShape shape_;
  const std::vector<std::string> requests_;
  size_t turn_ = 0;
  SSL_CTX* context_ = nullptr;
  SSL_SESSION* session_ = nullptr;
  wire::Socket epoll_;
  uint64_t last_ = 0;
  std::unordered_map<uint64_t, std::unique_ptr<Call>> calls_;
  bool over_ = false;  ///< none begins any more
};

}  // namespace junctor::bench
