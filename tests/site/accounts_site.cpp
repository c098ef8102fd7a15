// SPDX-License-Identifier: Apache-2.0
// Calls of the API, and the operator's words. One thread.
#include "accounts_site.hpp"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>
#include <doctest/doctest.h>

namespace junctor::site {
namespace {

constexpr const char* kAccounts = "[http]\n[accounts]\npassword_memory = \"1MiB\"\npassword_passes = 1\n";

}  // namespace

Said by_http(Site& site, const std::string& method, const std::string& path, const std::string& token,
             const std::string& body) {
  Poco::Net::HTTPClientSession session{"127.0.0.1", site.server().port(-2)};
  Poco::Net::HTTPRequest request{method, path, "HTTP/1.1"};
  if (!token.empty()) request.set("Authorization", "Bearer " + token);
  request.setContentType("application/json");
  request.setContentLength(static_cast<std::streamsize>(body.size()));
  session.sendRequest(request) << body;
  Poco::Net::HTTPResponse response;
  Said said;
  Poco::StreamCopier::copyToString(session.receiveResponse(response), said.body);
  said.status = response.getStatus();
  return said;
}

Said through_signalling(Site& site, const std::string& method, const std::string& path, const std::string& token,
                        const std::string& body) {
  wire::TcpClient client = site.dial();
  REQUIRE(client.secure(site.public_key()));
  hbb::HttpProxyRequest request;
  request.set_method(method);
  request.set_path(path);
  request.set_body(body);
  if (!token.empty()) {
    auto* header = request.add_headers();
    header->set_name("Authorization");
    header->set_value("Bearer " + token);
  }
  client.send(request);
  const auto answer = client.receive();
  REQUIRE(answer.has_value());
  REQUIRE(answer->has_http_proxy_response());
  CHECK(answer->http_proxy_response().error().empty());
  return {answer->http_proxy_response().status(), answer->http_proxy_response().body()};
}

std::string login_body(const std::string& name, const std::string& password, const std::string& id,
                       const std::string& uuid) {
  return R"({"username":")" + name + R"(","password":")" + password + R"(","id":")" + id + R"(","uuid":")" + uuid +
         R"(","autoLogin":true,"type":"account","deviceInfo":{"os":"linux","type":"client","name":"pc"}})";
}

std::string code_body(const std::string& secret, const std::string& code, const std::string& id) {
  return R"({"verificationCode":")" + code + R"(","tfaCode":")" + code + R"(","secret":")" + secret +
         R"(","username":"admin","id":")" + id + R"(","uuid":"dXVpZA==","type":"email_code"})";
}

AccountsSite::AccountsSite(const std::string& more) : Site{kAccounts + more} {}

testing::Finished AccountsSite::ctl(std::vector<std::string> words) {
  words.insert(words.begin(), {JUNCTOR_TEST_CTL, "--data", server().data_dir(), "--json"});
  return testing::run(words);
}

testing::Finished AccountsSite::ctl_with(const std::string& password, const std::string& words) {
  return testing::run({"sh", "-c",
                       "printf '%s\\n' '" + password + "' | " + JUNCTOR_TEST_CTL + " --data " + server().data_dir() +
                           " --json " + words});
}

std::string AccountsSite::first_password() {
  ready();
  const testing::Finished said = ctl({"user", "first"});
  REQUIRE_MESSAGE(said.code == 0, said.err);
  return Poco::JSON::Parser{}.parse(said.out).extract<Object::Ptr>()->getValue<std::string>("password");
}

void AccountsSite::ready() { REQUIRE(server().log_has("accounts.ready")); }

testing::Answer AccountsSite::told(const std::string& word, const std::vector<std::string>& args) {
  const testing::Answer answer = server().ctl(word, args);
  REQUIRE_MESSAGE(answer.ok, answer.error);
  return answer;
}

std::string AccountsSite::logged_in(const std::string& name, const std::string& id) {
  const Said said = by_http(*this, "POST", "/api/login", "", login_body(name, kPassword, id));
  REQUIRE_MESSAGE(said.text("type") == "access_token", said.body);
  return said.text("access_token");
}

}  // namespace junctor::site
