// SPDX-License-Identifier: Apache-2.0
#include "client.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/String.h>
#include <Poco/Timespan.h>
#include <Poco/URI.h>

#include <array>
#include <istream>
#include <ostream>

namespace junctor::acme {
namespace {

/// A chain takes some 10 KiB.
constexpr size_t kMostAnswer = size_t{1} << 20;
constexpr int kDepth = 9;
constexpr const char* kCiphers = "HIGH:!aNULL:!eNULL:!MD5:!RC4";

std::string read_bounded(std::istream& from) {
  std::string text;
  std::array<char, 16384> piece{};
  while (from.read(piece.data(), piece.size()) || from.gcount() > 0) {
    text.append(piece.data(), static_cast<size_t>(from.gcount()));
    if (text.size() > kMostAnswer) throw Failure{"bad_answer", "an answer of more than 1 MiB"};
  }
  return text;
}

}  // namespace

Client::Client(const std::string& ca_file, std::chrono::seconds timeout)
    : context_{new Poco::Net::Context{Poco::Net::Context::TLS_CLIENT_USE, "", "", ca_file,
                                      Poco::Net::Context::VERIFY_STRICT, kDepth, true, kCiphers}},
      timeout_{timeout} {
  context_->requireMinimumProtocol(Poco::Net::Context::PROTO_TLSV1_2);
}

Response Client::send(const Request& request) {
  try {
    const Poco::URI uri{request.url};
    if (uri.getScheme() != "https") throw Failure{"bad_answer", "expected an https address, got " + request.url};
    Poco::Net::HTTPSClientSession session{uri.getHost(), uri.getPort(), context_};
    session.setTimeout(Poco::Timespan{static_cast<long>(timeout_.count()), 0});
    struct Listed {
      ~Listed() {
        const std::lock_guard lock{client.mutex_};
        client.under_way_ = nullptr;
      }
      Client& client;
    } listed{*this};
    {
      const std::lock_guard lock{mutex_};
      if (aborted_) throw Failure{"stopping", "the server stops"};
      under_way_ = &session;
    }
    const std::string path = uri.getPathAndQuery();
    Poco::Net::HTTPRequest head{request.method, path.empty() ? "/" : path, Poco::Net::HTTPMessage::HTTP_1_1};
    head.set("User-Agent", "junctor");
    if (request.method == "POST") {
      head.setContentType("application/jose+json");
      head.setContentLength64(static_cast<Poco::Int64>(request.body.size()));
    }
    session.sendRequest(head) << request.body << std::flush;
    Poco::Net::HTTPResponse answer;
    std::istream& body = session.receiveResponse(answer);
    Response response;
    response.status = answer.getStatus();
    for (const auto& [name, value] : answer) {
      std::string& all = response.headers[Poco::toLower(name)];
      all += all.empty() ? value : ", " + value;
    }
    if (request.method != "HEAD") response.body = read_bounded(body);
    return response;
  } catch (const Poco::Exception& e) {
    throw Failure{"unreachable", request.url + ": " + e.displayText()};
  }
}

void Client::abort() {
  const std::lock_guard lock{mutex_};
  aborted_ = true;
  if (under_way_ != nullptr) under_way_->abort();
}

}  // namespace junctor::acme
