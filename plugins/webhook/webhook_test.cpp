// SPDX-License-Identifier: Apache-2.0
// The plugin on a fake host, against a real HTTP server that takes events, refuses, fails and hangs, plain and TLS.
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/SecureServerSocket.h>
#include <Poco/StreamCopier.h>
#include <doctest/doctest.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <vector>

#include "courier.hpp"
#include "junctor/testing/fake_host.hpp"
#include "support/certificate.hpp"
#include "support/temp_dir.hpp"

extern "C" const jct_plugin* junctor_plugin_v1(void);

namespace junctor::webhook {
namespace {

using namespace std::chrono_literals;
using testing::FakeHost;
using testing::PluginUnderTest;

struct Got {
  std::string method, path, body, id, timestamp, signature, authorization;
};

/// Answers with the statuses that the test has laid out, then with 204; 0: not at all, until the test ends.
class Receiver : public Poco::Net::HTTPRequestHandlerFactory {
 public:
  void take(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response) {
    Got got{request.getMethod(),
            request.getURI(),
            {},
            request.get("webhook-id", ""),
            request.get("webhook-timestamp", ""),
            request.get("webhook-signature", ""),
            request.get("Authorization", "")};
    Poco::StreamCopier::copyToString(request.stream(), got.body);
    std::unique_lock lock{mutex_};
    got_.push_back(got);
    const int status = statuses.empty() ? 204 : statuses.front();
    if (!statuses.empty()) statuses.pop_front();
    changed_.notify_all();
    if (status == 0) changed_.wait(lock, [this] { return over_; });
    response.setStatus(status == 0 ? Poco::Net::HTTPResponse::HTTP_OK
                                   : static_cast<Poco::Net::HTTPResponse::HTTPStatus>(status));
    response.setContentLength(0);
    response.send();
  }
  Poco::Net::HTTPRequestHandler* createRequestHandler(const Poco::Net::HTTPServerRequest&) override {
    struct Handler : Poco::Net::HTTPRequestHandler {
      explicit Handler(Receiver& receiver) : of{receiver} {}
      void handleRequest(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response) override {
        of.take(request, response);
      }
      Receiver& of;
    };
    return new Handler{*this};
  }
  std::vector<Got> wait_for(size_t count) {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, 60s, [&] { return got_.size() >= count; });
    return got_;
  }
  void end() {
    const std::lock_guard lock{mutex_};
    over_ = true;
    changed_.notify_all();
  }
  std::deque<int> statuses;  // before the server starts

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Got> got_;
  bool over_ = false;
};

class Server {
 public:
  explicit Server(std::deque<int> statuses = {}, bool tls = false) {
    receiver->statuses = std::move(statuses);
    // Kept to the end: ThreadSanitizer does not see how Poco counts, and takes the server thread's release for a race.
    static std::vector<Poco::SharedPtr<Receiver>> kept;
    kept.push_back(receiver);
    Poco::Net::ServerSocket socket;
    if (tls) {
      const testing::Certificate pair = testing::make_certificate("localhost");
      certificate = dir.write("cert.pem", pair.certificate);
      Poco::Net::Context::Params params;
      params.privateKeyFile = dir.write("key.pem", pair.key);
      params.certificateFile = certificate;
      params.verificationMode = Poco::Net::Context::VERIFY_NONE;
      socket = Poco::Net::SecureServerSocket{Poco::Net::SocketAddress{"127.0.0.1", 0}, 64,
                                             new Poco::Net::Context{Poco::Net::Context::TLS_SERVER_USE, params}};
    } else {
      socket = Poco::Net::ServerSocket{Poco::Net::SocketAddress{"127.0.0.1", 0}};
    }
    url = (tls ? "https://localhost:" : "http://127.0.0.1:") + std::to_string(socket.address().port()) + "/in?site=1";
    server_ = std::make_unique<Poco::Net::HTTPServer>(receiver, socket, new Poco::Net::HTTPServerParams);
    server_->start();
  }
  ~Server() {
    receiver->end();
    server_->stopAll(true);
  }

  testing::TempDir dir;
  std::string certificate, url;
  Poco::SharedPtr<Receiver> receiver{new Receiver};

 private:
  std::unique_ptr<Poco::Net::HTTPServer> server_;
};

testing::Settings settings(const std::string& url) {
  return {{"hook[0].name", "chat"}, {"hook[0].url", url}, {"hook[0].events", "auth.*"}, {"retry", "100ms"}};
}

struct Site {
  explicit Site(const testing::Settings& settings) : plugin{host, junctor_plugin_v1(), settings} { plugin.start(); }
  void block(const std::string& id) { host.publish("auth_key", "auth.blocked", {{"id", id}}); }
  bool comes(const std::string& metric, int64_t count) {
    return host.run_until([&] { return host.metric(metric, "hook=chat") >= count; });
  }

  FakeHost host;
  PluginUnderTest plugin;
};

TEST_CASE("events that a hook wants go to its server, signed, in order; others do not") {
  Server server;
  auto how = settings(server.url);
  how["hook[0].secret"] = "a secret";
  how["hook[0].token"] = "a-token";
  Site site{how};
  site.block("1");
  site.host.publish("relay", "relay.stop", {{"id", "2"}});
  site.block("3");
  const auto got = server.receiver->wait_for(2);
  REQUIRE(got.size() == 2);
  CHECK(got[0].method == "POST");
  CHECK(got[0].path == "/in?site=1");
  CHECK(got[0].body.find(R"("type":"auth.blocked")") != std::string::npos);
  CHECK(got[0].body.find(R"("data":{"instance":"auth_key","id":"1"})") != std::string::npos);
  CHECK(got[1].body.find(R"("id":"3")") != std::string::npos);
  CHECK(got[0].authorization == "Bearer a-token");
  CHECK(got[0].id != got[1].id);
  CHECK(got[0].signature == signature("a secret", got[0].id, std::stoll(got[0].timestamp), got[0].body));
  CHECK(site.comes("delivered", 2));
  site.plugin.finish();
  CHECK(site.host.complaints().empty());
}

TEST_CASE("by TLS, with the authority that the option names and with no other") {
  Server server{{}, true};
  auto how = settings(server.url);
  how["hook[0].ca_file"] = server.certificate;
  Site site{how};
  site.block("1");
  CHECK_MESSAGE(site.comes("delivered", 1), site.host.last_line("webhook.again").text());

  Site doubting{settings(server.url)};
  doubting.block("1");
  CHECK(doubting.comes("retried", 1));
  CHECK(doubting.host.metric("delivered", "hook=chat") == 0);
}

TEST_CASE("a server in trouble is tried again with the same id, one that does not want it is not") {
  Server server{{503, 429, 204, 410}};
  Site site{settings(server.url)};
  site.block("1");
  site.block("2");
  CHECK(site.comes("lost", 1));
  const auto got = server.receiver->wait_for(4);
  REQUIRE(got.size() == 4);
  CHECK((got[0].id == got[1].id && got[1].id == got[2].id && got[2].id != got[3].id));
  CHECK(got[0].signature.empty());
  CHECK(site.host.metric("delivered", "hook=chat") == 1);
  CHECK(site.host.metric("retried", "hook=chat") == 2);
  CHECK(site.host.last_line("webhook.failed").field("hint").find("410") != std::string::npos);
}

TEST_CASE("a server that hangs holds up neither other hooks nor the end, and what has no room is counted") {
  Server server{{0}};
  auto how = settings(server.url);
  how["queue"] = "2";
  Site site{how};
  site.block("1");
  server.receiver->wait_for(1);
  for (int i = 0; i < 3; ++i) site.block("more");
  CHECK(site.host.metric("lost", "hook=chat") == 2);  // one is on its way, and waits as well
  site.plugin.finish();
  CHECK(site.host.metric("lost", "hook=chat") == 4);
  CHECK(site.host.last_line("webhook.lost").field("events") == "2");
}

TEST_CASE("junctorctl tries a hook, and tells what its server said") {
  Server server{{204, 404}};
  Site site{settings(server.url)};
  const auto ask = [&](const std::string& hook) {
    const auto slot = site.host.services().ask("webhook test", R"({"args":[")" + hook + R"("]})");
    site.host.run_until([&] { return slot->has_value(); });
    return slot->value_or(testing::Answer{});
  };
  CHECK(ask("chat").json == R"({"delivered":"chat"})");
  CHECK(ask("chat").json.find("404") != std::string::npos);
  CHECK(ask("other").status == JCT_E_NOT_FOUND);
  CHECK(server.receiver->wait_for(1)[0].body.find(R"("type":"webhook.test")") != std::string::npos);
  CHECK(site.host.command("webhook list")->json.find(R"("hook":"chat")") != std::string::npos);
}

TEST_CASE("a hook that cannot work is refused with its option") {
  struct Wrong {
    const char* option;
    const char* value;
    const char* word;
  };
  const Wrong all[] = {{"hook[0].url", "ftp://x/", "hook[0].url"},
                       {"hook[0].url", "chat", "hook[0].url"},
                       {"hook[0].url", "https://me:secret@x/", "use token"},
                       {"hook[0].events", "Auth", "hook[0].events"},
                       {"hook[0].name", "a b", "hook[0].name"},
                       {"hook[0].secret", "whsec_*", "hook[0].secret"}};
  for (const Wrong& wrong : all) {
    CAPTURE(wrong.value);
    auto how = settings("http://127.0.0.1:1/");
    how[wrong.option] = wrong.value;
    FakeHost host;
    try {
      const PluginUnderTest plugin{host, junctor_plugin_v1(), how};
      FAIL_CHECK("taken");
    } catch (const Error& e) {
      CHECK(std::string{e.what()}.find(wrong.word) != std::string::npos);
      CHECK(std::string{e.what()}.find("me:secret") == std::string::npos);
    }
  }
}

}  // namespace
}  // namespace junctor::webhook
