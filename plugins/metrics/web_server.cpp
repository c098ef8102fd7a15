// SPDX-License-Identifier: Apache-2.0
#include "web_server.hpp"

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServerConnection.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/TCPServerConnectionFactory.h>

#include <utility>

#include "junctor/result.hpp"

namespace junctor::metrics {
namespace {

using namespace Poco::Net;

Poco::Timespan timespan(std::chrono::nanoseconds time) {
  return {std::chrono::duration_cast<std::chrono::microseconds>(time).count()};
}

void send(HTTPServerResponse& response, const Page& page) {
  response.setStatusAndReason(static_cast<HTTPResponse::HTTPStatus>(page.code));
  response.setContentType(page.type);
  response.set("Cache-Control", "no-store");
  response.set("X-Content-Type-Options", "nosniff");
  if (!page.challenge.empty()) response.set("WWW-Authenticate", page.challenge);
  response.sendBuffer(page.body.data(), page.body.size());
}

class Handler final : public HTTPRequestHandler {
 public:
  explicit Handler(const WebServer::Events& events) : events_{events} {}

  void handleRequest(HTTPServerRequest& request, HTTPServerResponse& response) override {
    const std::string& method = request.getMethod();
    if (method != HTTPRequest::HTTP_GET && method != HTTPRequest::HTTP_HEAD) {
      events_.refused("method");
      response.set("Allow", "GET, HEAD");
      return send(response, {405, "text/plain; charset=utf-8", "only GET and HEAD\n", ""});
    }
    const std::string& uri = request.getURI();
    send(response,
         events_.answer({uri.substr(0, uri.find('?')), request.get("Accept", ""), request.get("Authorization", "")}));
  }

 private:
  const WebServer::Events& events_;
};

class Handlers final : public HTTPRequestHandlerFactory {
 public:
  explicit Handlers(const WebServer::Events& events) : events_{events} {}
  HTTPRequestHandler* createRequestHandler(const HTTPServerRequest&) override { return new Handler{events_}; }

 private:
  const WebServer::Events& events_;
};

/// Poco bounds each read, not the connection: a client that sends a byte now and then would hold a thread for ever.
class TimedConnection final : public HTTPServerConnection {
 public:
  TimedConnection(const StreamSocket& socket, HTTPServerParams::Ptr params, HTTPRequestHandlerFactory::Ptr handlers,
                  Deadlines& deadlines, Deadlines::Clock::duration time)
      : HTTPServerConnection{socket, std::move(params), std::move(handlers)},
        deadlines_{deadlines},
        number_{deadlines.add(socket, time)} {}
  ~TimedConnection() override { deadlines_.remove(number_); }

 private:
  Deadlines& deadlines_;
  uint64_t number_;
};

class TimedConnections final : public TCPServerConnectionFactory {
 public:
  TimedConnections(HTTPServerParams::Ptr params, HTTPRequestHandlerFactory::Ptr handlers, Deadlines& deadlines,
                   Deadlines::Clock::duration time)
      : params_{std::move(params)}, handlers_{std::move(handlers)}, deadlines_{deadlines}, time_{time} {}

  TCPServerConnection* createConnection(const StreamSocket& socket) override {
    return new TimedConnection{socket, params_, handlers_, deadlines_, time_};
  }

 private:
  HTTPServerParams::Ptr params_;
  HTTPRequestHandlerFactory::Ptr handlers_;
  Deadlines& deadlines_;
  Deadlines::Clock::duration time_;
};

class Door final : public TCPServerConnectionFilter {
 public:
  explicit Door(const WebServer::Events& events) : events_{events} {}
  bool accept(const StreamSocket& socket) override {
    try {
      const auto client = wire::Address::parse(socket.peerAddress().toString());
      if (client && events_.admit(*client)) return true;
      events_.refused("network");
    } catch (const Poco::Exception&) {
      events_.refused("gone");  // before it was asked who it is
    }
    return false;
  }

 private:
  const WebServer::Events& events_;
};

/// With SO_REUSEPORT, so that an instance that takes another's place can listen before that one has stopped.
ServerSocket listen_on(const std::string& address, int backlog) {
  try {
    const bool everywhere = address.rfind(':', 0) == 0;
    const SocketAddress where{everywhere ? "[::]" + address : address};
    ServerSocket socket;
    if (where.family() == AddressFamily::IPv6) {
      socket.bind6(where, true, true, !everywhere);
    } else {
      socket.bind(where, true, true);
    }
    socket.listen(backlog);
    return socket;
  } catch (const Poco::Exception& e) {
    throw Error{JCT_E_IO, "listen: cannot listen on " + address + ": " + e.displayText()};
  }
}

HTTPServerParams::Ptr params_of(const WebServer::Shape& shape) {
  HTTPServerParams::Ptr params{new HTTPServerParams};
  params->setKeepAlive(false);  // a thread that waits for a next request serves nobody
  params->setTimeout(timespan(shape.timeout));
  params->setMaxThreads(shape.threads);
  params->setMaxQueued(shape.waiting);
  return params;
}

}  // namespace

uint64_t Deadlines::add(const StreamSocket& socket, Clock::duration time) {
  const std::lock_guard lock{mutex_};
  open_.emplace(++last_, Entry{socket, Clock::now() + time});
  return last_;
}

void Deadlines::remove(uint64_t number) {
  const std::lock_guard lock{mutex_};
  open_.erase(number);
}

size_t Deadlines::cut_off(Clock::time_point now) {
  const std::lock_guard lock{mutex_};
  size_t count = 0;
  for (auto& [number, entry] : open_) {
    if (entry.cut || entry.until > now) continue;
    entry.cut = true;
    ++count;
    try {
      entry.socket.shutdown();
    } catch (const Poco::Exception&) {  // it has gone by itself
    }
  }
  return count;
}

WebServer::WebServer(const std::string& address, const Shape& shape, Events events)
    : shape_{shape}, events_{std::move(events)}, pool_{"metrics", 1, shape.threads} {
  const auto params = params_of(shape);
  HTTPRequestHandlerFactory::Ptr handlers{new Handlers{events_}};
  TCPServerConnectionFactory::Ptr connections{new TimedConnections{params, handlers, deadlines_, shape.timeout}};
  server_ = std::make_unique<TCPServer>(connections, pool_, listen_on(address, shape.waiting), params);
  server_->setConnectionFilter(TCPServerConnectionFilter::Ptr{new Door{events_}});
  server_->start();
}

WebServer::~WebServer() {
  close();
  deadlines_.cut_off(Deadlines::Clock::time_point::max());
  pool_.joinAll();
}

std::string WebServer::address() const { return server_->socket().address().toString(); }

void WebServer::close() {
  if (std::exchange(closed_, true)) return;
  server_->stop();
}

void WebServer::tick() {
  for (size_t i = deadlines_.cut_off(Deadlines::Clock::now()); i > 0; --i) events_.refused("timeout");
}

}  // namespace junctor::metrics
