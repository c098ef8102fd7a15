// SPDX-License-Identifier: Apache-2.0
// The web server against clients that mean ill: real sockets on loopback.
#include "web_server.hpp"

#include <doctest/doctest.h>

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/NetException.h>

#include <atomic>
#include <iterator>
#include <optional>
#include <thread>
#include <vector>

#include "junctor/result.hpp"
#include "support/scale.hpp"

namespace junctor::metrics {
namespace {

using namespace std::chrono_literals;
using namespace Poco::Net;

struct Place {
  explicit Place(WebServer::Shape shape)
      : server{"127.0.0.1:0",
               shape,
               {[this](const wire::Address&) { return admit.load(); },
                [](const Question& question) {
                  return Page{200, "text/plain", "path " + question.path + "\n", ""};
                },
                [this](const char* reason) {
                  last_refusal = reason;
                  ++refusals;
                }}} {}

  StreamSocket dial() const {
    StreamSocket socket{SocketAddress{server.address()}};
    socket.setReceiveTimeout(Poco::Timespan{testing::patient(10s).count() * 1000});
    return socket;
  }
  /// The status, or nothing where the connection was closed instead.
  std::optional<int> ask(const std::string& method, const std::string& path, std::string* body = nullptr) const {
    try {
      HTTPClientSession session{SocketAddress{server.address()}};
      HTTPRequest request{method, path, HTTPMessage::HTTP_1_1};
      session.sendRequest(request);
      HTTPResponse response;
      std::istream& in = session.receiveResponse(response);
      const std::string text{std::istreambuf_iterator<char>{in}, {}};
      if (body != nullptr) *body = text;
      return response.getStatus();
    } catch (const Poco::Exception&) {
      return std::nullopt;
    }
  }

  std::atomic<bool> admit{true};
  std::atomic<int> refusals{0};
  std::atomic<const char*> last_refusal{""};
  WebServer server;
};

/// True when the other side has closed; what came before is thrown away.
bool ended(StreamSocket& socket) {
  char bytes[4096];
  try {
    while (socket.receiveBytes(bytes, sizeof bytes) > 0) continue;
    return true;
  } catch (const Poco::TimeoutException&) {
    return false;
  } catch (const Poco::Exception&) {  // a reset
    return true;
  }
}

TEST_CASE("GET has a body, HEAD has none, anything else is refused") {
  Place place{{2, 8, 5s}};
  std::string body;
  CHECK(place.ask("GET", "/a?b=c", &body) == 200);
  CHECK(body == "path /a\n");
  CHECK(place.ask("HEAD", "/a", &body) == 200);
  CHECK(body.empty());
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW"}) {
    CHECK(place.ask(method, "/a") == 405);
    CHECK(std::string{place.last_refusal} == "method");
  }
}

TEST_CASE("who is not admitted is closed without a word") {
  Place place{{2, 8, 5s}};
  place.admit = false;
  StreamSocket socket = place.dial();
  CHECK(ended(socket));
  CHECK(std::string{place.last_refusal} == "network");
}

TEST_CASE("a client that sends a byte now and then is cut off, and others are served again") {
  Place place{{2, 8, 300ms}};
  std::vector<StreamSocket> slow;
  for (int i = 0; i < 6; ++i) {
    slow.push_back(place.dial());
    slow.back().sendBytes("GET / HT", 8);
  }
  std::atomic<bool> over{false};
  std::thread drip{[&] {
    while (!over) {
      for (StreamSocket& socket : slow) {
        try {
          socket.sendBytes("x", 1);
        } catch (const Poco::Exception&) {  // cut off: what is wanted
        }
      }
      place.server.tick();
      std::this_thread::sleep_for(20ms);
    }
  }};
  CHECK(testing::eventually([&] { return place.ask("GET", "/") == 200; }));
  for (StreamSocket& socket : slow) CHECK(ended(socket));
  over = true;
  drip.join();
  CHECK(place.refusals >= 2);
}

TEST_CASE("what is too large is no request") {
  Place place{{2, 8, 5s}};
  for (const std::string& head : {"GET /" + std::string(100'000, 'a') + " HTTP/1.1\r\n\r\n",
                                  "GET / HTTP/1.1\r\nX: " + std::string(1'000'000, 'a') + "\r\n\r\n",
                                  "GET / HTTP/1.1\r\n" + std::string(1'000'000, 'a'), std::string(1'000'000, '\0')}) {
    StreamSocket socket = place.dial();
    try {
      size_t sent = 0;
      while (sent < head.size())
        sent += static_cast<size_t>(socket.sendBytes(head.data() + sent, static_cast<int>(head.size() - sent)));
    } catch (const Poco::Exception&) {  // it did not wait for the end
    }
    CHECK(ended(socket));
  }
  std::string many = "GET / HTTP/1.1\r\n";
  for (int i = 0; i < 100'000; ++i) many += "a: b\r\n";
  StreamSocket socket = place.dial();
  try {
    socket.sendBytes(many.data(), static_cast<int>(many.size()));
  } catch (const Poco::Exception&) {
  }
  CHECK(ended(socket));
  CHECK(place.ask("GET", "/") == 200);
}

TEST_CASE("many connections at once: so many wait, the rest is closed at once") {
  Place place{{1, 4, 60s}};
  std::vector<StreamSocket> all;
  for (int i = 0; i < 100; ++i) all.push_back(place.dial());
  const auto closed = [&] {
    size_t count = 0;
    for (StreamSocket& socket : all) {
      if (socket.poll(Poco::Timespan{0}, Socket::SELECT_READ)) ++count;
    }
    return count;
  };
  CHECK(testing::eventually([&] { return closed() >= 94; }));
  CHECK(closed() <= 96);
  all.clear();
  CHECK(testing::eventually([&] { return place.ask("GET", "/") == 200; }));
}

TEST_CASE("the end comes with clients that still hang on") {
  std::vector<StreamSocket> all;
  const auto begun = std::chrono::steady_clock::now();
  {
    Place place{{2, 8, 60s}};
    for (int i = 0; i < 8; ++i) all.push_back(place.dial());
    all[0].sendBytes("GET ", 4);
  }
  CHECK(std::chrono::steady_clock::now() - begun < testing::patient(20s));
}

TEST_CASE("an address that is taken or is none is told") {
  CHECK_THROWS_AS((WebServer{"198.51.100.1:9", {1, 1, 1s}, {}}), Error);
}

}  // namespace
}  // namespace junctor::metrics
