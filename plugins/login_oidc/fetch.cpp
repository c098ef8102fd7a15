// SPDX-License-Identifier: Apache-2.0
#include "fetch.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/Timespan.h>
#include <Poco/URI.h>

#include <algorithm>
#include <array>
#include <istream>
#include <memory>
#include <ostream>

namespace junctor::login_oidc {
namespace {

constexpr size_t kMostAnswer = size_t{1} << 20;
constexpr int kDepth = 9;
constexpr const char* kCiphers = "HIGH:!aNULL:!eNULL:!MD5:!RC4";

std::unique_ptr<Poco::Net::HTTPClientSession> session_for(const Poco::URI& uri, const std::string& ca_file) {
  if (uri.getScheme() == "http") {
    return std::make_unique<Poco::Net::HTTPClientSession>(uri.getHost(), uri.getPort());
  }
  Poco::Net::Context::Ptr context{new Poco::Net::Context{Poco::Net::Context::TLS_CLIENT_USE, "", "", ca_file,
                                                         Poco::Net::Context::VERIFY_STRICT, kDepth, ca_file.empty(),
                                                         kCiphers}};
  context->requireMinimumProtocol(Poco::Net::Context::PROTO_TLSV1_2);
  return std::make_unique<Poco::Net::HTTPSClientSession>(uri.getHost(), uri.getPort(), context);
}

std::string read_bounded(std::istream& from, const std::string& url, Clock::time_point end) {
  std::string text;
  std::array<char, 16384> piece{};
  while (from.read(piece.data(), piece.size()) || from.gcount() > 0) {
    text.append(piece.data(), static_cast<size_t>(from.gcount()));
    if (text.size() > kMostAnswer) throw Unavailable{url + ": an answer of more than 1 MiB"};
    if (Clock::now() > end) throw Unavailable{url + ": it took too long"};
  }
  return text;
}

}  // namespace

/// Among those under way, while it lives.
class Fetcher::Listed {
 public:
  Listed(Fetcher& fetcher, const UnderWay& one) : fetcher_{fetcher} {
    const std::lock_guard lock{fetcher.mutex_};
    if (fetcher.aborted_) throw Unavailable{"the server stops"};
    at_ = fetcher.under_way_.insert(fetcher.under_way_.end(), one);
  }
  ~Listed() {
    const std::lock_guard lock{fetcher_.mutex_};
    fetcher_.under_way_.erase(at_);
  }
  Listed(const Listed&) = delete;
  Listed& operator=(const Listed&) = delete;

 private:
  Fetcher& fetcher_;
  std::list<UnderWay>::iterator at_;
};

Response Fetcher::send(const Request& request, const std::string& ca_file) {
  const auto end = Clock::now() + timeout_;
  try {
    const Poco::URI uri{request.url};
    const auto session = session_for(uri, ca_file);
    session->setTimeout(Poco::Timespan{timeout_.count() * 1000});
    session->setKeepAlive(false);
    const Listed listed{*this, {session.get(), uri.getScheme() != "http", end}};
    const std::string path = uri.getPathAndQuery();
    Poco::Net::HTTPRequest head{request.form.empty() ? "GET" : "POST", path.empty() ? "/" : path,
                                Poco::Net::HTTPMessage::HTTP_1_1};
    head.set("User-Agent", "junctor");
    head.set("Accept", "application/json");
    if (!request.authorization.empty()) head.set("Authorization", request.authorization);
    if (!request.form.empty()) {
      head.setContentType("application/x-www-form-urlencoded");
      head.setContentLength64(static_cast<Poco::Int64>(request.form.size()));
    }
    session->sendRequest(head) << request.form << std::flush;
    Poco::Net::HTTPResponse answer;
    std::istream& body = session->receiveResponse(answer);
    Response response;
    response.status = answer.getStatus();
    response.type = answer.getContentType();
    response.type.erase(std::min(response.type.find(';'), response.type.size()));
    response.body = read_bounded(body, request.url, end);
    if (Clock::now() > end) throw Unavailable{request.url + ": it took too long"};
    return response;
  } catch (const Poco::Exception& failed) {
    const bool late = Clock::now() > end;
    throw Unavailable{request.url + ": " + (late ? "it took too long" : failed.displayText())};
  }
}

/// Ends the connection and leaves its descriptor to who uses it.
void Fetcher::end(const UnderWay& one) {
  try {
    one.is_tls ? one.session->abort() : one.session->socket().shutdown();
  } catch (const Poco::Exception&) {  // it is not connected yet, or not any more
  }
}

void Fetcher::end_overdue() {
  const std::lock_guard lock{mutex_};
  for (const UnderWay& one : under_way_) {
    if (Clock::now() > one.end) end(one);
  }
}

void Fetcher::abort() {
  const std::lock_guard lock{mutex_};
  aborted_ = true;
  for (const UnderWay& one : under_way_) end(one);
}

}  // namespace junctor::login_oidc
