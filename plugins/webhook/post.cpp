// SPDX-License-Identifier: Apache-2.0
#include "post.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/URI.h>

namespace junctor::webhook {
namespace {

using Poco::Net::Context;
using Poco::Net::HTTPClientSession;
using Poco::Net::HTTPRequest;
using Poco::Net::HTTPResponse;

Context::Ptr context_of(const Hook& hook) {
  Context::Params params;
  params.caLocation = hook.ca_file;
  params.verificationMode = hook.verify ? Context::VERIFY_STRICT : Context::VERIFY_NONE;
  params.loadDefaultCAs = hook.ca_file.empty();
  params.cipherList = "HIGH:!aNULL:!MD5";
  Context::Ptr context{new Context{Context::TLS_CLIENT_USE, params}};
  context->requireMinimumProtocol(Context::PROTO_TLSV1_2);
  context->enableExtendedCertificateVerification(hook.verify);
  return context;
}

/// 408 and 429 ask for patience, 5xx is the server's trouble; any other says that this will never be wanted.
bool is_worth_another(int status) { return status == 408 || status == 425 || status == 429 || status >= 500; }

void talk(const Hook& hook, const Letter& letter, int64_t now,
          const std::function<void(const Poco::Net::StreamSocket&)>& opened) {
  const Poco::URI url{hook.url};
  const Poco::Timespan patience{hook.timeout.count() / 1'000'000'000, hook.timeout.count() % 1'000'000'000 / 1000};
  Poco::Net::StreamSocket socket;
  socket.connect(Poco::Net::SocketAddress{url.getHost(), url.getPort()}, patience);
  socket.setReceiveTimeout(patience);
  socket.setSendTimeout(patience);
  opened(socket);
  // Not the library's HTTPS session: that wants to connect by itself.
  if (url.getScheme() == "https") {
    socket = Poco::Net::SecureStreamSocket::attach(socket, url.getHost(), context_of(hook));
  }
  HTTPClientSession session{socket};
  session.setTimeout(patience);
  const std::string path = url.getPathAndQuery();
  HTTPRequest request{HTTPRequest::HTTP_POST, path.empty() ? "/" : path, HTTPRequest::HTTP_1_1};
  const bool usual = url.getPort() == (url.getScheme() == "https" ? 443 : 80);
  request.setHost(usual ? url.getHost() : url.getHost() + ":" + std::to_string(url.getPort()));
  request.setContentType("application/json");
  request.setContentLength64(static_cast<Poco::Int64>(letter.body.size()));
  request.setKeepAlive(false);
  request.set("User-Agent", "junctor");
  request.set("webhook-id", letter.id);
  request.set("webhook-timestamp", std::to_string(now));
  if (!hook.key.empty()) request.set("webhook-signature", signature(hook.key, letter.id, now, letter.body));
  if (!hook.token.empty()) request.set("Authorization", "Bearer " + hook.token);
  session.sendRequest(request) << letter.body << std::flush;
  HTTPResponse response;
  session.receiveResponse(response);  // its body is nobody's
  const int status = response.getStatus();
  if (status / 100 == 2) return;
  throw Failed{url.getHost() + " answered " + std::to_string(status) + " " + response.getReason().substr(0, 100),
               is_worth_another(status)};
}

}  // namespace

void post(const Hook& hook, const Letter& letter, int64_t now,
          const std::function<void(const Poco::Net::StreamSocket&)>& opened) {
  try {
    talk(hook, letter, now, opened);
  } catch (const Failed&) {
    throw;
  } catch (const Poco::Exception& fault) {
    throw Failed{Poco::URI{hook.url}.getHost() + ": " + fault.displayText(), true};
  }
}

}  // namespace junctor::webhook
