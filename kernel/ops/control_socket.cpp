// SPDX-License-Identifier: Apache-2.0
#include "ops/control_socket.hpp"

#include <Poco/Dynamic/Var.h>
#include <Poco/Exception.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "ops/quote.hpp"
#include "ops/unix_address.hpp"

namespace junctor::ops {
namespace {

int try_socket() {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) throw std::runtime_error{std::string{"control_socket: "} + std::strerror(errno)};
  return fd;
}

/// True when a server answers there.
bool alive(const UnixAddress& address) {
  const int fd = try_socket();
  const bool connected = ::connect(fd, address.get(), UnixAddress::size()) == 0;
  ::close(fd);
  return connected;
}

int listen_at(const std::string& path) {
  const UnixAddress address{path};
  if (address.error() != 0) {
    throw std::runtime_error{"control_socket: cannot listen at " + path + ": " + std::strerror(address.error())};
  }
  if (alive(address)) throw std::runtime_error{"control_socket: another server answers at " + path + "; stop it first"};
  ::unlink(path.c_str());
  const int fd = try_socket();
  const mode_t before = ::umask(0117);
  const bool bound = ::bind(fd, address.get(), UnixAddress::size()) == 0;
  const int error = errno;
  ::umask(before);
  if (bound && ::listen(fd, 16) == 0) return fd;
  ::close(fd);
  throw std::runtime_error{"control_socket: cannot listen at " + path + ": " + std::strerror(error)};
}

/// What is read by a person, or a page of what is not; it is parsed and sent by the control thread.
constexpr size_t kMaxAnswer = 2 * 1024 * 1024;

std::string failure(const std::string& text) { return R"({"ok":false,"error":)" + quote_json(text) + "}\n"; }

int spare_fd() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

/// What a command that failed says: the text of {"error": "..."}, else all of it.
std::string reason_of(const std::string& json) {
  try {
    const auto object = Poco::JSON::Parser{}.parse(json).extract<Poco::JSON::Object::Ptr>();
    return object->getValue<std::string>("error");
  } catch (const Poco::Exception&) {
    return json;
  }
}

/// JSON may hold newlines between its tokens; an answer is one line. A plugin's word is not taken for its being JSON.
std::string success(std::string json) {
  if (json.size() > kMaxAnswer) {
    return failure("the answer has " + std::to_string(json.size()) + " bytes, more than the " +
                   std::to_string(kMaxAnswer) + " that are given at once; ask for a page, or for less");
  }
  std::replace(json.begin(), json.end(), '\n', ' ');
  const std::string text = R"({"ok":true,"result":)" + json + "}";
  try {
    const auto whole = Poco::JSON::Parser{}.parse(text).extract<Poco::JSON::Object::Ptr>();
    if (whole->size() == 2) return text + "\n";
  } catch (const Poco::Exception&) {
    return failure("the command's answer is no JSON");
  }
  return failure("the command's answer is no JSON");
}

/// What was typed, the command first. Throws Poco::Exception where an argument is no text.
std::vector<std::string> words_of(const Poco::JSON::Object& request) {
  std::vector<std::string> words{request.getValue<std::string>("command")};
  if (!request.has("args")) return words;
  const auto args = request.get("args").extract<Poco::JSON::Array::Ptr>();
  for (const auto& arg : *args) words.push_back(arg.extract<std::string>());
  return words;
}

/// The request as a command of several words sees it: its args begin after its name.
std::string without_words(const Poco::JSON::Object& request, size_t count) {
  Poco::JSON::Object copy = request;
  Poco::JSON::Array rest;
  const auto args = request.getArray("args");
  for (size_t i = count; i < args->size(); ++i) rest.add(args->get(static_cast<unsigned>(i)));
  copy.set("args", rest);
  std::ostringstream out;
  copy.stringify(out);
  return out.str();
}

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
    if ((events & EPOLLIN) != 0) read();
    serve();
    // Gone for good: what it asked for has begun, but nobody hears the answer.
    if ((events & (EPOLLHUP | EPOLLERR)) != 0 && !gone_) drop();
  }

 private:
  void read() {
    char buffer[4096];
    while (!gone_ && !ended_) {
      const ssize_t n = ::recv(fd_, buffer, sizeof buffer, 0);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && errno == EAGAIN) return;
      if (n < 0) return drop();
      if (n == 0) {
        ended_ = true;  // whoever has asked still gets the answer
        return;
      }
      in_.append(buffer, static_cast<size_t>(n));
      if (in_.size() <= kMaxRequest) continue;
      send(failure("a request is longer than " + std::to_string(kMaxRequest) + " bytes"));
      return drop();
    }
  }

  /// One request at a time: the next line waits until this one is answered.
  void serve() {
    const auto self = shared_from_this();
    size_t end = 0;
    while (!gone_ && waiting_ == 0 && (end = in_.find('\n')) != std::string::npos) {
      const std::string line = in_.substr(0, end);
      in_.erase(0, end + 1);
      waiting_ = ++last_;
      loop_.start(timeout_, kAnswerTimeout);
      run(line);
    }
    if (gone_) return;
    if (ended_ && waiting_ == 0 && follow_ == 0 && out_.empty()) return drop();
    loop_.modify(fd_, (ended_ ? 0U : uint32_t{EPOLLIN}) | (out_.empty() ? 0U : uint32_t{EPOLLOUT}), this);
  }

  void run(const std::string& line) {
    try {
      const auto request = Poco::JSON::Parser{}.parse(line).extract<Poco::JSON::Object::Ptr>();
      const std::string name = request->getValue<std::string>("command");
      if (name == "events") return follow();
      const Commands::Match match = owner_.commands_.match(words_of(*request));
      if (match.command == nullptr) return finish(failure("unknown command \"" + name + "\"; try help"));
      const std::weak_ptr<Client> weak = weak_from_this();
      loop::EventLoop& loop = loop_;
      const auto answer = [weak, &loop, id = waiting_](bool ok, std::string json) {
        loop.post([weak, id, ok, text = std::move(json)] {
          if (const auto client = weak.lock()) client->answered(id, ok, text);
        });
      };
      match.command->run(match.words == 1 ? line : without_words(*request, match.words - 1), answer);
    } catch (const Poco::Exception&) {
      finish(failure(R"(expected {"command": "...", "args": [...]})"));
    }
  }

  void answered(uint64_t id, bool ok, const std::string& json) {
    if (id != waiting_) return;  // late, or given twice
    finish(ok ? success(json) : failure(reason_of(json)));
    serve();
  }

  void timed_out() {
    const auto self = shared_from_this();
    finish(failure("no answer within 10 s"));
    serve();
  }

  void finish(const std::string& text) {
    waiting_ = 0;
    timeout_.cancel();
    send(text);
  }

  void follow() {
    if (follow_ == 0) {
      const std::weak_ptr<Client> weak = weak_from_this();
      loop::EventLoop& loop = loop_;
      follow_ = owner_.log_.follow([weak, &loop](const std::string& json) {
        loop.post([weak, json] {
          const auto client = weak.lock();
          if (client == nullptr) return;
          client->send(json + "\n");
          client->serve();
        });
      });
    }
    finish("{\"ok\":true,\"result\":\"following\"}\n");
  }

  void send(const std::string& text) {
    if (gone_) return;
    out_ += text;
    if (out_.size() > kMaxQueued) return drop();
    flush();
  }

  void flush() {
    size_t sent = 0;
    while (sent < out_.size()) {
      const ssize_t n = ::send(fd_, out_.data() + sent, out_.size() - sent, MSG_NOSIGNAL);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && errno != EAGAIN) return drop();
      if (n < 0) break;
      sent += static_cast<size_t>(n);
    }
    out_.erase(0, sent);
  }

  /// Nothing more happens on it; the object lives while somebody on the stack holds it.
  void drop() {
    gone_ = true;
    timeout_.cancel();
    owner_.drop(this);
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
  bool ended_ = false;  ///< the client sends nothing more
  bool gone_ = false;
};

ControlSocket::ControlSocket(loop::EventLoop& loop, Log& log, Commands& commands, const std::string& path)
    : loop_{loop},
      log_{log},
      commands_{commands},
      path_{path},
      fd_{listen_at(path)},
      spare_{spare_fd()},
      resume_{loop::Timer::of<&ControlSocket::resume>(this)} {
  loop_.watch(fd_, EPOLLIN, &acceptor_);
}

ControlSocket::~ControlSocket() {
  clients_.clear();
  resume_.cancel();
  loop_.unwatch(fd_, &acceptor_);
  ::close(fd_);
  if (spare_ >= 0) ::close(spare_);
  ::unlink(path_.c_str());
}

void ControlSocket::accept_all() {
  while (true) {
    int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE) && spare_ >= 0) {
      // A server that is out of descriptors is the one that an operator wants to look at.
      ::close(std::exchange(spare_, -1));
      fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    }
    if (fd < 0 && (errno == EMFILE || errno == ENFILE)) return pause();
    if (fd < 0) return;
    const auto client = std::make_shared<Client>(*this, fd);
    if (clients_.size() >= kMaxClients) {
      const std::string text = failure("too many clients");
      static_cast<void>(::send(fd, text.data(), text.size(), MSG_NOSIGNAL));
    } else if (client->begin()) {
      clients_.push_back(client);
    }
  }
}

/// Level-triggered and not to be satisfied: without a pause the loop would spin.
void ControlSocket::pause() {
  loop_.unwatch(fd_, &acceptor_);
  loop_.start(resume_, kAcceptPause);
}

void ControlSocket::resume() { loop_.watch(fd_, EPOLLIN, &acceptor_); }

void ControlSocket::drop(Client* client) {
  std::erase_if(clients_, [client](const auto& held) { return held.get() == client; });
  // The client's own descriptor may still be open: at the next turn it is not.
  loop_.post([this, alive = std::weak_ptr<bool>{alive_}] {
    if (!alive.expired() && spare_ < 0) spare_ = spare_fd();
  });
}

}  // namespace junctor::ops
