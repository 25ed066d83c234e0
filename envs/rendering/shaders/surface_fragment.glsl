// The colour of a face or quad: the counterpart of `shade_pixel` in shade.py.
// Colours run from 0 to 255 and are mixed as they are, without gamma.

uniform sampler2DArray textures;    // 16 x 16 texels of each texture; alpha * 255: stage of cracks
uniform vec3 lamp_tint;             // 0 to 1
uniform float ambient;
uniform vec2 opacity;               // of water and of glass
uniform int water;                  // number of the water block

in vec2 uv;
flat in vec2 repeats;
flat in vec4 sky_light;
flat in vec3 tint;
flat in vec3 mean;
flat in uvec4 face;

layout(location = 0) out vec4 colour;
#ifdef NUMBERS
layout(location = 1) out ivec4 numbers;     // segmentation, bits of the depth, segmentation below water
#endif

float brightness(uint corners, vec2 at) {
    vec4 c = vec4(corners & 255u, (corners >> 8) & 255u, (corners >> 16) & 255u, corners >> 24);
    return mix(mix(c.x, c.y, at.x), mix(c.w, c.z, at.x), at.y) * (1.0 / 255.0);
}

void main() {
    float z = 1.0 / gl_FragCoord.w;
    vec2 at = clamp(uv, 0.0, 1.0);
    vec3 light = brightness(face.x, at) * sky_light.rgb
        + (brightness(face.y, at) * lamp_tint + ambient) * tint;
    ivec2 texel = min(ivec2(at * repeats * 16.0), ivec2(repeats * 16.0) - 1) & 15;
    vec4 found = texelFetch(textures, ivec3(texel, int(face.z & 255u)), 0) * 255.0;
    float fade = clamp(2.0 - z * sky_light.w, 0.0, 1.0);
    vec3 paint = mix(mean, found.rgb, fade);
    if (fade > 0.0 && float(face.z >> 8) > found.a)
        paint *= 0.35;
    paint *= min(light, 1.0);
    vec2 ray = (gl_FragCoord.xy - fog.zw) / forward.w;
    float haze = clamp((z * sqrt(1.0 + dot(ray, ray)) - fog.x) * fog.y, 0.0, 1.0);
    paint = mix(paint, fog_colour.rgb, haze * haze);
    colour = vec4(paint * (1.0 / 255.0), int(face.w) == water ? opacity.x : opacity.y);
#ifdef NUMBERS
    numbers = ivec4(int(face.w), floatBitsToInt(min(z, fog_colour.w)), int(face.w), 0);
#endif
}
