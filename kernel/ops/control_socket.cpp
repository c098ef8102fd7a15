// SPDX-License-Identifier: Apache-2.0
#include "ops/control_socket.hpp"

#include <Poco/Dynamic/Var.h>
#include <Poco/Exception.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <Poco/JSONString.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sstream>
#include <stdexcept>

namespace junctor::ops {
namespace {

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    throw std::runtime_error{"control_socket: " + path + " is longer than " +
                             std::to_string(sizeof address.sun_path - 1) + " bytes"};
  }
  path.copy(address.sun_path, path.size());
  return address;
}

int try_socket() {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) throw std::runtime_error{std::string{"control_socket: "} + std::strerror(errno)};
  return fd;
}

/// True when a server answers there.
bool alive(const sockaddr_un& address) {
  const int fd = try_socket();
  const bool connected = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return connected;
}

int listen_at(const std::string& path) {
  const sockaddr_un address = address_of(path);
  if (alive(address)) throw std::runtime_error{"control_socket: another server answers at " + path + "; stop it first"};
  ::unlink(path.c_str());
  const int fd = try_socket();
  const mode_t before = ::umask(0117);
  const bool bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  const int error = errno;
  ::umask(before);
  if (bound && ::listen(fd, 16) == 0) return fd;
  ::close(fd);
  throw std::runtime_error{"control_socket: cannot listen at " + path + ": " + std::strerror(error)};
}

std::string failure(const std::string& text) { return R"({"ok":false,"error":)" + Poco::toJSON(text) + "}\n"; }

}  // namespace

/// One connection. Answers come from any thread: they are posted to the loop with a weak pointer.
class ControlSocket::Client final : public loop::FdHandler, public std::enable_shared_from_this<Client> {
 public:
  Client(ControlSocket& owner, int fd)
      : owner_{owner}, loop_{owner.loop_}, fd_{fd}, timeout_{loop::Timer::of<&Client::timed_out>(this)} {}
  ~Client() {
    if (follow_ != 0) owner_.log_.unfollow(follow_);
    loop_.unwatch(fd_, this);
    ::close(fd_);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool begin() { return loop_.watch(fd_, EPOLLIN, this) == 0; }

  void on_fd(uint32_t events) override {
    const auto self = shared_from_this();
    if ((events & EPOLLOUT) != 0) flush();
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read();
  }

 private:
  void read() {
    char buffer[4096];
    while (true) {
      const ssize_t n = ::recv(fd_, buffer, sizeof buffer, 0);
      if (n < 0 && (errno == EAGAIN || errno == EINTR)) break;
      if (n <= 0) return owner_.drop(this);
      in_.append(buffer, static_cast<size_t>(n));
      if (in_.size() > kMaxRequest) return owner_.drop(this);
    }
    next();
  }

  /// One request at a time: the next line waits until this one is answered.
  void next() {
    const size_t end = in_.find('\n');
    if (waiting_ != 0 || end == std::string::npos) return;
    const std::string line = in_.substr(0, end);
    in_.erase(0, end + 1);
    waiting_ = ++last_;
    loop_.start(timeout_, kAnswerTimeout);
    run(line);
  }

  void run(const std::string& line) {
    try {
      const auto request = Poco::JSON::Parser{}.parse(line).extract<Poco::JSON::Object::Ptr>();
      const std::string name = request->getValue<std::string>("command");
      if (name == "events") return follow();
      const Commands::Command* command = owner_.commands_.find(name);
      if (command == nullptr) return send_answer(waiting_, failure("unknown command \"" + name + "\"; try help"));
      const std::weak_ptr<Client> weak = weak_from_this();
      loop::EventLoop& loop = loop_;
      command->run(line, [weak, &loop, id = waiting_](bool ok, std::string json) {
        loop.post([weak, id, ok, text = std::move(json)] {
          if (const auto client = weak.lock()) client->answered(id, ok, text);
        });
      });
    } catch (const Poco::Exception&) {
      send_answer(waiting_, failure(R"(expected {"command": "...", "args": [...]})"));
    }
  }

  void answered(uint64_t id, bool ok, const std::string& json) {
    send_answer(id, ok ? R"({"ok":true,"result":)" + json + "}\n" : R"({"ok":false,"result":)" + json + "}\n");
  }

  void timed_out() { send_answer(waiting_, failure("no answer within 10 s")); }

  void send_answer(uint64_t id, const std::string& text) {
    if (id == 0 || id != waiting_) return;  // late
    waiting_ = 0;
    timeout_.cancel();
    const auto self = shared_from_this();
    send(text);
    next();
  }

  void follow() {
    if (follow_ == 0) {
      const std::weak_ptr<Client> weak = weak_from_this();
      loop::EventLoop& loop = loop_;
      follow_ = owner_.log_.follow([weak, &loop](const std::string& json) {
        loop.post([weak, json] {
          if (const auto client = weak.lock()) client->send(json + "\n");
        });
      });
    }
    send_answer(waiting_, "{\"ok\":true,\"result\":\"following\"}\n");
  }

  void send(const std::string& text) {
    out_ += text;
    if (out_.size() > kMaxQueued) return owner_.drop(this);
    flush();
  }

  void flush() {
    while (!out_.empty()) {
      const ssize_t n = ::send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && errno != EAGAIN) return owner_.drop(this);
      if (n < 0) break;
      out_.erase(0, static_cast<size_t>(n));
    }
    loop_.modify(fd_, out_.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT, this);
  }

  ControlSocket& owner_;
  loop::EventLoop& loop_;
  int fd_;
  loop::Timer timeout_;
  std::string in_;
  std::string out_;
  uint64_t waiting_ = 0;  ///< the request that is being answered; 0: none
  uint64_t last_ = 0;
  uint64_t follow_ = 0;
};

ControlSocket::ControlSocket(loop::EventLoop& loop, Log& log, Commands& commands, const std::string& path)
    : loop_{loop}, log_{log}, commands_{commands}, path_{path}, fd_{listen_at(path)} {
  loop_.watch(fd_, EPOLLIN, &acceptor_);
}

ControlSocket::~ControlSocket() {
  clients_.clear();
  loop_.unwatch(fd_, &acceptor_);
  ::close(fd_);
  ::unlink(path_.c_str());
}

void ControlSocket::accept_all() {
  while (true) {
    const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) return;
    const auto client = std::make_shared<Client>(*this, fd);
    if (clients_.size() < kMaxClients && client->begin()) clients_.push_back(client);
  }
}

void ControlSocket::drop(Client* client) {
  clients_.remove_if([client](const auto& held) { return held.get() == client; });
}

}  // namespace junctor::ops
