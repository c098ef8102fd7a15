// SPDX-License-Identifier: Apache-2.0
#include "http_load.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>

namespace junctor::bench {
namespace {

constexpr double kGiveUpSeconds = 5;
constexpr const char* kName = "rd.example.org";

sockaddr_in socket_address(const wire::Address& address) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(address.port);
  if (::inet_pton(AF_INET, address.ip_text().c_str(), &out.sin_addr) != 1) {
    throw std::runtime_error{"no IPv4 address: " + address.text()};
  }
  return out;
}

/// Of a whole answer at the front of `text`; 0: there is more to come.
size_t answer_size(const std::string& text) {
  const size_t end = text.find("\r\n\r\n");
  if (end == std::string::npos) return 0;
  const size_t at = text.find("\r\nContent-Length: ");
  const size_t length = at < end ? std::stoul(text.substr(at + 18, 10)) : 0;
  const size_t size = end + 4 + length;
  return text.size() >= size ? size : 0;
}

}  // namespace

struct HttpLoad::Call {
  explicit Call(int fd) : socket{fd} {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() {
    if (ssl != nullptr && greeted) SSL_shutdown(ssl);
    if (ssl != nullptr) SSL_free(ssl);
  }

  wire::Socket socket;
  SSL* ssl = nullptr;
  Clock::time_point begin;
  bool greeted = false;  // the handshake is over
  const std::string* request = nullptr;
  size_t sent = 0;
  std::string answer;
};

HttpLoad::HttpLoad(const wire::Address& server, HttpShape shape, std::vector<std::string> requests)
    : server_{server}, shape_{shape}, requests_{std::move(requests)}, epoll_{::epoll_create1(EPOLL_CLOEXEC)} {
  if (!shape_.tls) return;
  context_ = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_verify(context_, SSL_VERIFY_NONE, nullptr);  // what the client does is not measured
  SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_set_app_data(context_, this);
  SSL_CTX_sess_set_new_cb(context_, &keep_session);
}

HttpLoad::~HttpLoad() {
  close_all();
  if (session_ != nullptr) SSL_SESSION_free(session_);
  if (context_ != nullptr) SSL_CTX_free(context_);
}

void HttpLoad::close_all() { calls_.clear(); }

int HttpLoad::keep_session(SSL* ssl, SSL_SESSION* session) {
  auto* load = static_cast<HttpLoad*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  if (load->session_ != nullptr) SSL_SESSION_free(load->session_);
  load->session_ = session;
  return 1;  // it is ours now
}

void HttpLoad::begin() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) throw std::runtime_error{"no socket is left for the load"};
  auto call = std::make_unique<Call>(fd);
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const sockaddr_in address = socket_address(server_);
  call->begin = Clock::now();
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 && errno != EINPROGRESS) {
    throw std::runtime_error{"connect: no port is left for the load"};
  }
  call->request = &next_request();
  call->greeted = !shape_.tls;
  if (shape_.tls) {
    call->ssl = SSL_new(context_);
    SSL_set_fd(call->ssl, fd);
    SSL_set_tlsext_host_name(call->ssl, kName);
    if (shape_.resumes && session_ != nullptr) SSL_set_session(call->ssl, session_);
  }
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLET;
  event.data.u64 = ++last_;
  ::epoll_ctl(epoll_.fd(), EPOLL_CTL_ADD, fd, &event);
  calls_.emplace(last_, std::move(call));
}

HttpLoad::Step HttpLoad::judged(Call& call, int result) {
  if (result > 0) return Step::kDone;
  const int error = SSL_get_error(call.ssl, result);
  ERR_clear_error();
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? Step::kWaits : Step::kFailed;
}

HttpLoad::Step HttpLoad::write_request(Call& call) {
  const std::string& text = *call.request;
  const char* data = text.data() + call.sent;
  const auto left = static_cast<int>(text.size() - call.sent);
  if (left == 0) return Step::kDone;
  if (call.ssl != nullptr) {
    const int sent = SSL_write(call.ssl, data, left);
    if (sent > 0) call.sent += static_cast<size_t>(sent);
    return judged(call, sent);
  }
  const ssize_t sent = ::send(call.socket.fd(), data, static_cast<size_t>(left), MSG_NOSIGNAL);
  if (sent > 0) call.sent += static_cast<size_t>(sent);
  if (sent > 0) return Step::kDone;
  return errno == EAGAIN || errno == ENOTCONN ? Step::kWaits : Step::kFailed;
}

HttpLoad::Step HttpLoad::read_answer(Call& call) {
  std::array<char, 4096> buffer;
  while (answer_size(call.answer) == 0) {
    if (call.ssl != nullptr) {
      const int got = SSL_read(call.ssl, buffer.data(), static_cast<int>(buffer.size()));
      if (got <= 0) return judged(call, got);
      call.answer.append(buffer.data(), static_cast<size_t>(got));
      continue;
    }
    const ssize_t got = ::recv(call.socket.fd(), buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EAGAIN) return Step::kWaits;
    if (got <= 0) return Step::kFailed;
    call.answer.append(buffer.data(), static_cast<size_t>(got));
  }
  return Step::kDone;
}

HttpLoad::Step HttpLoad::advance(Call& call) {
  if (!call.greeted) {
    const Step step = judged(call, SSL_connect(call.ssl));
    if (step != Step::kDone) return step;
    call.greeted = true;
  }
  const Step step = write_request(call);
  return step == Step::kDone ? read_answer(call) : step;
}

/// True: the connection goes on with the next call.
bool HttpLoad::finish(Call& call, bool good, HttpResult& result) {
  good = good && call.answer.compare(0, 12, "HTTP/1.1 200") == 0;
  if (!good) {
    ++result.failed;
    return false;
  }
  ++result.answered;
  result.times.push_back(micros_since(call.begin));
  if (call.ssl != nullptr && SSL_session_reused(call.ssl) != 0) ++result.resumed;
  if (!shape_.keeps || over_) return false;
  call.begin = Clock::now();
  call.request = &next_request();
  call.sent = 0;
  call.answer.clear();
  return true;
}

void HttpLoad::turn(int timeout_ms, HttpResult& result) {
  std::array<epoll_event, 256> events;
  const int count = ::epoll_wait(epoll_.fd(), events.data(), static_cast<int>(events.size()), timeout_ms);
  for (int i = 0; i < count; ++i) {
    const uint64_t number = events[static_cast<size_t>(i)].data.u64;
    const auto found = calls_.find(number);
    if (found == calls_.end()) continue;
    Call& call = *found->second;
    for (Step step = advance(call); step != Step::kWaits; step = advance(call)) {
      if (finish(call, step == Step::kDone, result)) continue;
      calls_.erase(found);
      break;
    }
  }
}

void HttpLoad::drop_late(HttpResult& result) {
  for (auto at = calls_.begin(); at != calls_.end();) {
    const bool late = seconds_since(at->second->begin) > kGiveUpSeconds;
    result.failed += late ? 1 : 0;
    at = late ? calls_.erase(at) : std::next(at);
  }
}

HttpResult HttpLoad::run(Seconds time, size_t at_once) {
  HttpResult result;
  const Clock::time_point start = Clock::now();
  const Clock::time_point end = after(time);
  over_ = false;
  while (Clock::now() < end) {
    while (calls_.size() < at_once) begin();
    turn(10, result);
  }
  over_ = true;
  while (!calls_.empty()) {
    turn(10, result);
    drop_late(result);
  }
  result.seconds = seconds_since(start);
  return result;
}

HttpResult HttpLoad::pace(double rate, Seconds time) {
  HttpResult result;
  const Clock::time_point start = Clock::now();
  over_ = false;
  size_t begun = 0;
  for (double passed = 0; passed < time.count(); passed = seconds_since(start)) {
    for (const auto due = static_cast<size_t>(passed * rate); begun < due; ++begun) begin();
    turn(1, result);
  }
  over_ = true;
  while (!calls_.empty()) {
    turn(10, result);
    drop_late(result);
  }
  result.seconds = seconds_since(start);
  return result;
}

void HttpLoad::rest(size_t count) {
  HttpResult result;
  over_ = false;
  for (size_t i = 0; i < count; ++i) {
    begin();
    Call& call = *calls_.at(last_);
    Step step = Step::kWaits;
    while ((step = advance(call)) == Step::kWaits) {
      if (seconds_since(call.begin) > kGiveUpSeconds) step = Step::kFailed;
      if (step == Step::kFailed) break;
      epoll_event event{};
      ::epoll_wait(epoll_.fd(), &event, 1, 10);
    }
    if (step != Step::kDone) throw std::runtime_error{"a connection that was to rest has no answer"};
    std::string{}.swap(call.answer);
  }
}

}  // namespace junctor::bench
