// SPDX-License-Identifier: Apache-2.0
#include "tools/junctorctl/control_client.hpp"

#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSONString.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "ops/unix_address.hpp"
#include "tools/junctorctl/render.hpp"

namespace junctor::tools {
namespace {

using Poco::JSON::Object;

/// The server's own bound on what a lagging reader may have waiting; no answer is longer.
constexpr size_t kMaxLine = 16 * 1024 * 1024;

std::string mend(int error) {
  if (error == EACCES) return "the socket is for root and the server's own user and group; try sudo";
  return "is junctord running? Name its data directory with --data DIR, or the socket with --socket PATH";
}

[[noreturn]] void cannot_reach(const std::string& path, int error) {
  throw ControlError{"cannot reach the server at " + path + ": " + std::strerror(error) + "; " + mend(error)};
}

int connect_to(const std::string& path) {
  const ops::UnixAddress address{path};
  if (address.error() != 0) cannot_reach(path, address.error());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) cannot_reach(path, errno);
  if (::connect(fd, address.get(), ops::UnixAddress::size()) == 0) return fd;
  const int error = errno;
  ::close(fd);
  cannot_reach(path, error);
}

/// Plugins say no as {"result": {"error": ...}}, the socket itself as {"error": ...}.
std::string refusal_of(const Object& answer) {
  const Object::Ptr result = answer.getObject("result");
  const Object& holder = result.isNull() ? answer : *result;
  return holder.optValue<std::string>("error", "the server refused without saying why");
}

}  // namespace

ControlClient::ControlClient(const std::string& socket_path) : fd_{connect_to(socket_path)} {}
ControlClient::~ControlClient() { ::close(fd_); }

Poco::Dynamic::Var ControlClient::ask(const std::string& command, const std::vector<std::string>& args) {
  send(request_line(command, args));
  const std::optional<std::string> line = read_line();
  if (!line) throw ControlError{"the server closed the connection without an answer"};
  return result_of(*line);
}

std::optional<std::string> ControlClient::read_line() {
  while (true) {
    const size_t end = in_.find('\n');
    if (end != std::string::npos) {
      std::string line = in_.substr(0, end);
      in_.erase(0, end + 1);
      return line;
    }
    if (in_.size() > kMaxLine) throw ControlError{"the server's answer is longer than 16 MiB"};
    char buffer[16 * 1024];
    const ssize_t n = ::recv(fd_, buffer, sizeof buffer, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw ControlError{std::string{"reading the server's answer: "} + std::strerror(errno)};
    if (n == 0) return std::nullopt;
    in_.append(buffer, static_cast<size_t>(n));
  }
}

void ControlClient::send(const std::string& text) {
  for (size_t done = 0; done < text.size();) {
    const ssize_t n = ::send(fd_, text.data() + done, text.size() - done, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw ControlError{std::string{"asking the server: "} + std::strerror(errno)};
    done += static_cast<size_t>(n);
  }
}

Poco::Dynamic::Var result_of(const std::string& line) {
  Object::Ptr answer;
  try {
    answer = parse_json(line).extract<Object::Ptr>();
    if (answer->getValue<bool>("ok")) return answer->get("result");
  } catch (const Poco::Exception&) {
    throw ControlError{"the server's answer is not one of junctord's; is the socket the right one?"};
  }
  throw ControlError{refusal_of(*answer)};
}

std::string request_line(const std::string& command, const std::vector<std::string>& args) {
  std::string line = R"({"command":)" + Poco::toJSON(command) + R"(,"args":[)";
  for (size_t i = 0; i < args.size(); ++i) line += (i == 0 ? "" : ",") + Poco::toJSON(args[i]);
  return line + "]}\n";
}

}  // namespace junctor::tools
