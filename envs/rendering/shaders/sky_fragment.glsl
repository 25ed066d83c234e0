// The colour of the sky: the counterpart of `sky_run` in shade.py.

uniform float distance_seen;    // what depth says of the sky, metres

in vec2 ray;
in vec4 along;
flat in vec3 zenith;
flat in vec3 horizon;
flat in vec4 dusk;
flat in vec4 sun_disc;

layout(location = 0) out vec4 colour;
#ifdef NUMBERS
layout(location = 1) out ivec4 numbers;
#endif

const vec3 MOON = vec3(224.0, 228.0, 238.0) / 255.0;

void main() {
    vec4 share = along * inversesqrt(1.0 + dot(ray, ray));
    float t = clamp(share.x * 1.9, 0.0, 1.0);
    t = t * (2.0 - t);
    float towards = max(share.y, 0.0);
    vec3 paint = mix(mix(horizon, zenith, t), dusk.rgb, towards * towards * (1.0 - t) * dusk.w);
    float off = max(abs(share.z), abs(share.w)), size = sun_disc.w * abs(share.y);
    if (abs(share.y) > 0.97 && share.x > -0.1) {
        if (share.y > 0.0 && off < size)
            paint = sun_disc.rgb;
        if (share.y < 0.0 && off < size * 0.7)
            paint = mix(paint, MOON, 0.9);
    }
    colour = vec4(paint, 1.0);
#ifdef NUMBERS
    numbers = ivec4(0, floatBitsToInt(distance_seen), 0, 0);
#endif
}
