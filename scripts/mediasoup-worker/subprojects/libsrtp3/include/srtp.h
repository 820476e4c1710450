// libsrtp 3's interface, as far as mediasoup's worker calls it, on top of libsrtp 2.
//
// Version 3 reads from one buffer and writes to another, whose size it is told; version 2 works in place, counts in int
// and trusts that SRTP_MAX_TRAILER_LEN bytes are free behind the packet. So: check the room, copy, call.
#pragma once

#include <srtp2/srtp.h>

#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstring>

// Two results that version 2 does not know. The worker only looks up their text; the numbers must not meet a real one.
constexpr auto srtp_err_status_buffer_small = static_cast<srtp_err_status_t>(1001);
constexpr auto srtp_err_status_cryptex_err  = static_cast<srtp_err_status_t>(1002);

namespace srtp_v2
{
	// The E flag and index that only SRTCP carries (RFC 3711 section 3.4).
	constexpr size_t SrtcpIndexBytes{ 4 };

	using InPlaceCall = srtp_err_status_t (*)(srtp_t, void*, int*);

	// `growth`: bytes that the call may add behind the packet.
	inline srtp_err_status_t Run(
	  InPlaceCall call, srtp_t ctx, const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen, size_t growth)
	{
		if (inLen + growth > *outLen)
		{
			return srtp_err_status_buffer_small;
		}

		if (inLen + growth > INT_MAX)
		{
			return srtp_err_status_bad_param;
		}

		// Unprotecting is asked for with both buffers the same.
		if (in != out)
		{
			std::memcpy(out, in, inLen);
		}

		int len           = static_cast<int>(inLen);
		const auto status = call(ctx, out, &len);

		*outLen = static_cast<size_t>(len);

		return status;
	}
} // namespace srtp_v2

inline srtp_err_status_t srtp_protect(
  srtp_t ctx, const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen, size_t /*mkiIndex*/)
{
	return srtp_v2::Run(::srtp_protect, ctx, in, inLen, out, outLen, SRTP_MAX_TRAILER_LEN);
}

inline srtp_err_status_t srtp_protect_rtcp(
  srtp_t ctx, const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen, size_t /*mkiIndex*/)
{
	return srtp_v2::Run(::srtp_protect_rtcp, ctx, in, inLen, out, outLen, SRTP_MAX_TRAILER_LEN + srtp_v2::SrtcpIndexBytes);
}

inline srtp_err_status_t srtp_unprotect(srtp_t ctx, const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen)
{
	return srtp_v2::Run(::srtp_unprotect, ctx, in, inLen, out, outLen, 0);
}

inline srtp_err_status_t srtp_unprotect_rtcp(srtp_t ctx, const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen)
{
	return srtp_v2::Run(::srtp_unprotect_rtcp, ctx, in, inLen, out, outLen, 0);
}

inline srtp_err_status_t srtp_stream_remove(srtp_t ctx, uint32_t ssrc)
{
	return ::srtp_remove_stream(ctx, ssrc);
}
