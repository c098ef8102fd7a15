// SPDX-License-Identifier: Apache-2.0
#include "fake_dns.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace junctor::site {
namespace {

constexpr size_t kHeader = 12;  // RFC 1035 4.1.1
constexpr int kPort = 53;

int open_socket() {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(kPort);
  ::inet_pton(AF_INET, FakeDns::kAddress, &at.sin_addr);
  if (fd < 0 || ::bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0) {
    const std::string why = std::strerror(errno);
    ::close(fd);
    throw std::runtime_error{std::string{"a name server on "} + FakeDns::kAddress + ": " + why};
  }
  return fd;
}

/// A is 127.0.0.1 for any name; of all else there is nothing. Empty: it was no question.
std::string answer_to(const std::string& question) {
  size_t end = kHeader;
  while (end < question.size() && question[end] != '\0') end += static_cast<unsigned char>(question[end]) + 1U;
  if (end + 5 > question.size()) return {};
  const bool wants_v4 = question[end + 2] == 1;
  std::string out = question.substr(0, end + 5);  // with the name's end, type and class
  out[2] = static_cast<char>(0x81);               // an answer, recursion desired
  out[3] = static_cast<char>(0x80);               // and available, no error
  out[7] = wants_v4 ? 1 : 0;
  out.replace(8, 4, 4, '\0');
  if (wants_v4) {
    static constexpr char kRecord[] = "\xC0\x0C\x00\x01\x00\x01\x00\x00\x00\x01\x00\x04\x7F\x00\x00\x01";
    out.append(kRecord, sizeof kRecord - 1);
  }
  return out;
}

}  // namespace

FakeDns::FakeDns() : fd_{open_socket()}, thread_{[this] { serve(); }} {}

FakeDns::~FakeDns() {
  stopped_ = true;
  thread_.join();
  ::close(fd_);
}

void FakeDns::serve() {
  char buffer[512];
  while (!stopped_) {
    pollfd ready{fd_, POLLIN, 0};
    if (::poll(&ready, 1, 50) <= 0) continue;
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const ssize_t n = ::recvfrom(fd_, buffer, sizeof buffer, 0, reinterpret_cast<sockaddr*>(&from), &size);
    if (n < static_cast<ssize_t>(kHeader)) continue;
    if (silent_) {
      ++unanswered_;
      continue;
    }
    const std::string answer = answer_to({buffer, static_cast<size_t>(n)});
    ::sendto(fd_, answer.data(), answer.size(), 0, reinterpret_cast<const sockaddr*>(&from), size);
  }
}

}  // namespace junctor::site
